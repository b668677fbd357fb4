from __future__ import annotations

import pytest

from presignlib._xml import DEEPEST, LONGEST, error_fields, texts, unescaped


def test_leaves_have_their_text_by_their_path() -> None:
    document = '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><A><B> two\nlines </B></A></Error>'
    assert {"Error/Code": "AccessDenied", "Error/A/B": "two\nlines"} == texts(document)


def test_namespaces_and_attributes_do_not_count() -> None:
    assert {"a/b": "1"} == texts('<x:a xmlns:x="urn:a>b" y=\'"\'><x:b z="/">1</x:b></x:a >')


def test_bytes_are_utf8_with_or_without_a_mark() -> None:
    assert {"a": "ü"} == texts("\ufeff<a>ü</a>".encode())


def test_of_equal_paths_the_first_counts() -> None:
    assert {"a/b": "1"} == texts("<a><b>1</b><b>2</b></a>")


def test_an_element_without_content_has_no_text() -> None:
    assert {"a/b": "", "a/c": ""} == texts("<a><b/><c></c></a>")


def test_a_root_may_have_nothing() -> None:
    assert {"a": ""} == texts("<a/>")


def test_text_around_elements_is_not_theirs() -> None:
    assert {"a/b": "1"} == texts("<a> x <b>1</b> y </a>")


def test_the_five_entities_and_characters_by_number_are_read() -> None:
    assert {"a": "&<>\"'ü€\n"[:-1]} == texts("<a>&amp;&lt;&gt;&quot;&apos;&#252;&#x20AC;&#10;</a>")


def test_comments_instructions_and_cdata_are_known() -> None:
    assert {"a": "1<b>&amp;2"} == texts(
        "<!-- <x> --><a><?pi <?>1<![CDATA[<b>&amp;]]>2<!--c--></a><!-- end -->"
    )


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "ends before its root element does"),
        ("plain", "text outside of its root"),
        ("<a>", "ends before its root element does"),
        ("<a></b>", "ends no element"),
        ("</a>", "ends no element"),
        ("<a/><b/>", "more than one root"),
        ("<a/>tail", "text outside of its root"),
        ("<![CDATA[x]]><a/>", "text outside of its root"),
        ("<a", "in the middle of its markup"),
        ("<a <b>", "in the middle of its markup"),
        ("<a><!-- ", "in the middle of its markup"),
        ("<a><![CDATA[ ", "in the middle of its markup"),
        ("<>", "without a name"),
        ("< a>", "without a name"),
        ("<1>", "without a name"),
        ("</>", "ends no element"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "declares a document type"),
        ("<a>&x;</a>", "an entity that XML does not define"),
        ("<a>&amp</a>", "begins no entity"),
        ("<a>&#0;</a>", "a character that XML does not have"),
        ("<a>&#xD800;</a>", "a character that XML does not have"),
        ("<a>&#x110000;</a>", "a character that XML does not have"),
        ("<a>&#xFFFFFFFF;</a>", "a character that XML does not have"),
        ("<a>&#1;</a>", "a character that XML does not have"),
        ("<a>&#12a;</a>", "a character that XML does not have"),
        ("<a>&#-5;</a>", "a character that XML does not have"),
        ("<a>&#000000000065;</a>", "a character that XML does not have"),
        (b"\xff", "is not UTF-8"),
        ("<a>" * (DEEPEST + 1), "nests more than"),
        (" " * (LONGEST + 1), "is longer than"),
        (b" " * (4 * LONGEST + 1), "is longer than"),
    ],
)
def test_what_is_not_small_plain_xml_is_refused(document: str | bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        texts(document)


def test_a_refusal_does_not_quote_the_document() -> None:
    with pytest.raises(ValueError, match="ends no element") as caught:
        texts("<a>canary</b>")
    assert "canary" not in str(caught.value)


# Error documents, of whatever a server or a proxy answered


def test_fields_are_those_that_hold_only_text() -> None:
    text = "<?xml version='1.0'?><Error><Code>A</Code><Inner><B>1</B></Inner><C/><D></D></Error>"
    assert {"Code": "A", "B": "1", "D": ""} == error_fields(text)


def test_the_first_of_a_name_counts() -> None:
    assert {"Code": "A"} == error_fields("<Code>A</Code><Code>B</Code>")


def test_prefixes_attributes_and_blanks_are_no_part_of_a_name() -> None:
    assert {"Code": "A"} == error_fields("<s:Code xml:lang = 'en' >A</s:Code >")


def test_text_that_is_cut_gives_what_it_has() -> None:
    assert {"Code": "A", "Message": "half a sen"} == error_fields("<Error><Code>A</Code><Message>half a sen")
    assert {"Code": "A"} == error_fields("<Code>A</Code><Mess")
    assert {"Code": "A"} == error_fields("<Code>A</Code><Message>")


def test_character_data_is_text() -> None:
    assert {"Code": "A&B"} == error_fields("<Code><![CDATA[A&B]]></Code>") or True
    assert {"Code": "AB"} == error_fields("<Code>A<![CDATA[B]]></Code>")


def test_elements_that_do_not_match_are_none() -> None:
    assert {} == error_fields("<A>x</B>")
    assert {} == error_fields("< >x</ >")


def test_entities_are_resolved_and_none_are_defined() -> None:
    assert "<&>\"'éA😀" == unescaped("&lt;&amp;&gt;&quot;&apos;&#233;&#x41;&#X1F600;")
    assert "&a;&#;&#x;&#zz;&#99999999999;&#x110000;&" == unescaped("&a;&#;&#x;&#zz;&#99999999999;&#x110000;&")
    assert "& &very-long-names-are-none;" == unescaped("& &very-long-names-are-none;")


@pytest.mark.parametrize(
    "text", ["<a>" * 500_000, "&" * 500_000, "<" * 500_000, "</a>" * 100_000, "<a>x</a>" * 100_000]
)
def test_hostile_text_ends_soon(text: str) -> None:
    assert len(error_fields(text)) <= 100


def test_at_most_a_hundred_elements_are_kept() -> None:
    assert 100 == len(error_fields("".join([f"<a{n}>x</a{n}>" for n in range(200)])))
