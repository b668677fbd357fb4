"""Percent-encoding loses nothing and is done once."""

from __future__ import annotations

import string
from urllib.parse import quote, unquote

from hypothesis import given
from hypothesis import strategies as st

from presignlib import sigv4
from tests.strategies import LAW, Pairs, header_values, queries, texts

UNRESERVED = string.ascii_letters + string.digits + "-._~"
PATHS = st.text(alphabet="/.ab", max_size=12).map(lambda text: f"/{text}")

# "Unreserved is A-Za-z0-9-._~; hex is upper case" (design, "Text"); RFC 3986, section 2.3.


@LAW
@given(texts())
def test_a_path_is_encoded_as_the_standard_library_does(text: str) -> None:
    assert quote(text, safe="/") == sigv4.encode_path(text)


@LAW
@given(texts())
def test_a_parameter_is_encoded_as_the_standard_library_does(text: str) -> None:
    assert quote(text, safe="") == sigv4.uri_encode(text)


@LAW
@given(texts())
def test_decoding_gives_the_text_back(text: str) -> None:
    assert text == unquote(sigv4.encode_path(text), errors="strict")
    assert text == unquote(sigv4.uri_encode(text), errors="strict")


@LAW
@given(texts(), texts())
def test_different_texts_are_encoded_differently(one: str, other: str) -> None:
    assert (one == other) is (sigv4.encode_path(one) == sigv4.encode_path(other))


@LAW
@given(st.text(alphabet=UNRESERVED + "/"))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert text == sigv4.encode_path(text)


@LAW
@given(texts())
def test_encoding_what_is_encoded_only_touches_the_percent_signs(text: str) -> None:
    once = sigv4.uri_encode(text)
    assert once.replace("%", "%25") == sigv4.uri_encode(once)


# RFC 3986, section 5.2.4, and AWS's suite: a normal path has no empty and no dot segment.


@LAW
@given(PATHS)
def test_normalising_twice_is_normalising_once(path: str) -> None:
    assert sigv4.normalize_path(path) == sigv4.normalize_path(sigv4.normalize_path(path))


@LAW
@given(PATHS)
def test_a_normal_path_has_no_empty_and_no_dot_segment(path: str) -> None:
    segments = sigv4.normalize_path(path).strip("/").split("/")
    assert segments == [""] or not {"", ".", ".."} & set(segments)


# "Query sorts by encoded pairs; repeats and blanks stay" (design, "Text").


@LAW
@given(queries())
def test_a_canonical_query_holds_all_pairs_in_the_order_of_their_encoded_form(query: Pairs) -> None:
    encoded = sorted([(quote(name, safe=""), quote(value, safe="")) for name, value in query])
    expected = "&".join([f"{name}={value}" for name, value in encoded])
    assert expected == sigv4.canonical_query(sigv4.encode_query(query))


# "ASCII blanks only are trimmed and folded; repeats join with a comma in order" (design, "Text").


@LAW
@given(st.text(alphabet=" \t\r\nab\xa0\u2003\x0b"))
def test_folding_leaves_single_spaces_between_words(value: str) -> None:
    words = [
        word for word in value.replace("\t", " ").replace("\r", " ").replace("\n", " ").split(" ") if word
    ]
    assert " ".join(words) == sigv4.fold(value)


@LAW
@given(st.lists(header_values(), min_size=1, max_size=4))
def test_values_of_one_name_are_joined_in_the_order_given(values: list[str]) -> None:
    expected = ",".join([sigv4.fold(value) for value in values])
    names = ["X-Name", "x-name", "X-NAME", "x-Name"]
    assert [("x-name", expected)] == sigv4.canonical_headers(zip(names, values, strict=False))
