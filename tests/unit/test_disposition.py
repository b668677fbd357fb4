"""The header that names a download."""

from __future__ import annotations

import pytest

from presignlib._disposition import disposition, is_active


def test_a_plain_name_stands_in_both_forms() -> None:
    assert "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf" == disposition("attachment", "a.pdf")


def test_what_some_reader_would_unescape_is_an_underscore_in_the_old_form() -> None:
    value = disposition("inline", 'a"b\\c%d/e\u00fc.txt')
    assert "inline; filename=\"a_b_c_d_e_.txt\"; filename*=UTF-8''a%22b%5Cc%25d%2Fe%C3%BC.txt" == value


@pytest.mark.parametrize("name", ["a.html", "A.HTM", "b.svg", "c.xml", "d.xhtml", "html"])
def test_pages_and_drawings_are_active_by_their_name(name: str) -> None:
    assert is_active(name, None)


@pytest.mark.parametrize("name", ["a.pdf", "html.txt", "a", ""])
def test_other_names_are_not(name: str) -> None:
    assert not is_active(name, None)


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml; charset=utf-8", " TEXT/XML "])
def test_a_type_is_asked_before_the_name(content_type: str) -> None:
    assert is_active("a.txt", content_type)


def test_a_harmless_type_makes_a_page_harmless() -> None:
    assert not is_active("a.html", "text/plain; x=html")
