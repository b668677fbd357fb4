"""Laws of verify_url: what is signed can not be changed, by one character anywhere.

CI runs them over 50,000 mutations, others over 1,500; ``PRESIGN_MUTATIONS`` says otherwise.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presignlib import (
    Credentials,
    MalformedURLError,
    PresignError,
    VerificationError,
    presign_get,
    presign_put,
    verify_url,
)
from tests.strategies import MANY

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "tok/en+with=signs==")
WHERE: dict[str, Any] = {"region": "eu-west-1", "now": NOW}
URLS = (
    presign_get("examplebucket", "a folder/ü+1 (2).txt", credentials=KEY, **WHERE),
    presign_get(
        "examplebucket", "k", credentials=TEMPORARY, download_as="résumé.pdf", version_id="v/1", **WHERE
    ),
    presign_get("my.bucket", "a//b/%41", credentials=KEY, query={"empty": "", "a-b": "1"}, **WHERE),
    presign_get("bucket", "k", credentials=KEY, endpoint_url="http://localhost:9000", **WHERE),
    presign_put(
        "examplebucket",
        "upload.png",
        credentials=TEMPORARY,
        content_type="image/png; a=b",
        metadata={"note": "two words"},
        overwrite=False,
        **WHERE,
    ),
    presign_get("arn:aws:s3::123456789012:accesspoint/alias.mrap", "a b", credentials=TEMPORARY, **WHERE),
)
UPLOAD = URLS[4]
MUTATIONS = int(os.environ.get("PRESIGN_MUTATIONS") or (50_000 if MANY else 1_500))
LETTERS = st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\t\n\r\0é٣…")
POSITIONS = st.floats(0, 1, exclude_max=True)


def is_genuine(url: str, method: str, headers: dict[str, str]) -> bool:
    credentials = {held.access_key_id: held for held in (KEY, TEMPORARY)}
    try:
        verify_url(url, credentials, method=method, headers=headers, now=NOW)
    except (VerificationError, MalformedURLError):
        return False
    except PresignError as error:
        assert "method" in str(error) or "headers" in str(error)  # noqa: PT017  # nothing else may be refused so
        return False
    return True


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """Draw ``text`` with one character replaced, put in, or taken out."""
    at = int(draw(POSITIONS) * len(text))
    kind = draw(st.sampled_from(["replace", "insert", "delete"]))
    letter = "" if kind == "delete" else draw(LETTERS)
    return text[:at] + letter + text[at + (kind != "insert") :]


def neutral_form(url: str) -> str:
    """Return a URL as the canonical form sees it: what is left out here can be changed freely.

    - the scheme, which is not signed;
    - the case of scheme and host;
    - the case of an escape's hex digits;
    - a letter or its escape, which decode to the same;
    - ``+`` or ``%20`` for a blank in the query;
    - the ``=`` of a parameter without a value;
    - the slash of an empty path.
    """
    from urllib.parse import unquote, unquote_plus

    scheme, mark, rest = url.partition("://")
    if not mark or scheme.lower() not in ("http", "https", "ws", "wss"):
        return url
    base, question, query = rest.partition("?")
    host, _, path = base.partition("/")
    pairs = [pair.partition("=") for pair in query.split("&")]
    decoded = [f"{unquote_plus(name)}={unquote_plus(value)}" for name, _, value in pairs]
    default = {"http": ":80", "ws": ":80"}.get(scheme.lower(), ":443")
    return f"{host.lower().removesuffix(default)}/{unquote(path)}{question}{'&'.join(decoded)}"


def test_the_urls_themselves_are_genuine() -> None:
    assert [True] * len(URLS) == [is_genuine(url, url.method, url.headers) for url in URLS]


@settings(max_examples=MUTATIONS, deadline=None)
@given(st.sampled_from(URLS).flatmap(lambda url: st.tuples(st.just(url), mutations(str(url)))))
def test_a_url_with_one_character_changed_is_refused(case: tuple[object, str]) -> None:
    url = next(one for one in URLS if one is case[0])
    changed = case[1]
    same = neutral_form(changed) == neutral_form(str(url))
    assert same == is_genuine(changed, url.method, url.headers)


@settings(max_examples=max(MUTATIONS // 5, 300), deadline=None)
@given(st.sampled_from(URLS).flatmap(lambda url: st.tuples(st.just(url), mutations(url.method))))
def test_a_method_with_one_character_changed_is_refused(case: tuple[object, str]) -> None:
    url = next(one for one in URLS if one is case[0])
    assert (case[1] == url.method) == is_genuine(str(url), case[1], url.headers)


def folded(headers: dict[str, str]) -> dict[str, str]:
    """Return headers as the canonical form sees them: the case of names and runs of blanks are free."""
    return {name.lower(): " ".join(value.split(" ")).replace("\t", " ") for name, value in headers.items()}


@settings(max_examples=MUTATIONS, deadline=None)
@given(st.data())
def test_a_signed_header_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    url = UPLOAD
    name = data.draw(st.sampled_from(sorted(url.headers)))
    rest = {other: value for other, value in url.headers.items() if other != name}
    if data.draw(st.booleans()):
        changed = {data.draw(mutations(name)): url.headers[name], **rest}
    else:
        changed = {name: data.draw(mutations(url.headers[name])), **rest}
    words = {n: [w for w in v.replace("\t", " ").split(" ") if w] for n, v in folded(changed).items()}
    same = words == {n: v.split(" ") for n, v in url.headers.items()}
    assert same == is_genuine(str(url), url.method, changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://", "http://"),
        ("https://", "HTTPS://"),
        ("examplebucket.s3", "ExampleBucket.S3"),
        (".com/", ".com:443/"),
        ("%C3%BC", "%c3%bc"),
        ("folder", "f%6Flder"),
        ("%2Feu-west-1", "/eu-west-1"),
    ],
)
def test_what_the_canonical_form_can_not_see_is_neutral(old: str, new: str) -> None:
    changed = str(URLS[0]).replace(old, new)
    assert changed != URLS[0]
    assert is_genuine(changed, "GET", {})


@pytest.mark.parametrize(
    ("name", "value"), [("X-AMZ-META-NOTE", "two words"), ("x-amz-meta-note", " two \t  words ")]
)
def test_names_in_any_case_and_runs_of_blanks_are_neutral(name: str, value: str) -> None:
    headers = {**UPLOAD.headers, name: value}
    if name != "x-amz-meta-note":
        del headers["x-amz-meta-note"]
    assert is_genuine(str(UPLOAD), "PUT", headers)


def test_an_equals_sign_without_a_value_is_neutral() -> None:
    changed = str(URLS[2]).replace("empty=&", "empty&")
    assert changed != URLS[2]
    assert is_genuine(changed, "GET", {})


HOSTILE = (
    st.text()
    | st.binary().map(lambda raw: raw.decode("latin-1"))
    | st.sampled_from(URLS).flatmap(lambda url: mutations(str(url)).flatmap(mutations))
    | st.lists(
        st.sampled_from([*str(URLS[0]), "%25", "&amp;", "://", "%", "\n", "X-Amz-Date="]), max_size=60
    ).map("".join)
)


@settings(max_examples=MUTATIONS, deadline=None)
@given(HOSTILE)
def test_nothing_but_our_errors_comes_out(text: str) -> None:
    assert is_genuine(text, "GET", {}) in (True, False)
