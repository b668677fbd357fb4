from __future__ import annotations

import pytest

from presignlib._error_xml import error_fields, unescaped


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
