"""Ready-made calls: each is read back by the language it is written in where that is here."""

from __future__ import annotations

import ast
import html
import json
import shlex

import pytest

from presignlib import snippets

URL = "https://h/it's?a=1&b=$HOME"


# curl


def test_curl_downloads_by_a_bare_get() -> None:
    words = shlex.split(snippets.curl("GET", URL, {}))
    assert ["curl", "--fail-with-body", "--globoff", "--path-as-is", URL] == words


def test_curl_asks_for_headers_with_head() -> None:
    assert ["--head", URL] == shlex.split(snippets.curl("HEAD", URL, {}))[-2:]


def test_curl_names_other_methods() -> None:
    assert ["--request", "DELETE", URL] == shlex.split(snippets.curl("DELETE", URL, {}))[-3:]


def test_curl_takes_its_own_content_type_out_of_an_upload() -> None:
    words = shlex.split(snippets.curl("PUT", URL, {}))
    assert ["--request", "PUT", "--data-binary", "@FILE", "--header", "content-type:", URL] == words[4:]


def test_curl_sends_the_signed_content_type() -> None:
    words = shlex.split(snippets.curl("PUT", URL, {"content-type": "a/b; c='d'"}))
    assert ["--header", "content-type: a/b; c='d'", URL] == words[-3:]


def test_curl_says_the_length_of_a_body_itself() -> None:
    words = shlex.split(snippets.curl("PUT", URL, {"content-length": "5", "content-type": "a/b"}))
    assert ["@FILE", "--header", "content-type: a/b", URL] == words[-4:]


def test_curl_marks_empty_headers_with_a_semicolon() -> None:
    assert ["--header", "x-a;", URL] == shlex.split(snippets.curl("GET", URL, {"x-a": ""}))[-3:]


BEGIN = URL.partition("?")[0] + "?uploads=&X-Amz-Signature=0"


def test_what_begins_an_upload_in_parts_has_no_body() -> None:
    assert ["--data-binary", "", "--header", "content-type:", BEGIN] == shlex.split(
        snippets.curl("POST", BEGIN, {})
    )[-5:]
    assert "FILE" not in snippets.httpie("POST", BEGIN, {}) + snippets.requests("POST", BEGIN, {})
    assert f'await fetch({json.dumps(BEGIN)}, {{method: "POST"}})' == snippets.fetch("POST", BEGIN, {})


# httpie


def test_httpie_reads_no_body_for_a_get() -> None:
    words = shlex.split(snippets.httpie("GET", URL, {"x-a": "1", "x-b": ""}))
    assert ["http", "--ignore-stdin", "--check-status", "--path-as-is", "GET", URL, "x-a:1", "x-b;"] == words


def test_httpie_takes_its_own_content_type_out_of_an_upload() -> None:
    words = shlex.split(snippets.httpie("PUT", URL, {}))
    assert ["http", "--check-status", "--path-as-is", "PUT", URL, "content-type:", "<", "FILE"] == words


def test_httpie_sends_the_signed_content_type() -> None:
    words = shlex.split(snippets.httpie("PUT", URL, {"content-type": "a/b"}))
    assert [URL, "content-type:a/b", "<", "FILE"] == words[4:]


# fetch


def test_fetch_sends_method_and_headers() -> None:
    text = snippets.fetch("GET", URL, {"x-a": "1"})
    assert f'await fetch({json.dumps(URL)}, {{method: "GET", headers: {{"x-a": "1"}}}})' == text


def test_fetch_leaves_the_length_to_the_browser() -> None:
    text = snippets.fetch("PUT", "u", {"content-length": "5"})
    assert 'await fetch("u", {method: "PUT", body: new Blob([file])})' == text


def test_fetch_sends_the_file_itself_where_its_type_is_signed() -> None:
    text = snippets.fetch("PUT", "u", {"content-type": "a/b"})
    assert 'await fetch("u", {method: "PUT", headers: {"content-type": "a/b"}, body: file})' == text


# requests


def test_requests_gets_headers_only_where_there_are_some() -> None:
    call = ast.parse(snippets.requests("GET", URL, {}), mode="eval").body
    assert isinstance(call, ast.Call)
    assert ["GET", URL] == [ast.literal_eval(argument) for argument in call.args]
    assert [] == call.keywords


def test_requests_sends_headers_and_a_body() -> None:
    text = snippets.requests("PUT", "u", {"a": "it's"})
    assert "requests.request('PUT', 'u', headers={'a': \"it's\"}, data=open('FILE', 'rb'))" == text


# link, and the quoting of each language


def test_a_link_escapes_url_and_text_and_sends_no_referrer() -> None:
    text = snippets.link('https://h/?a=1&b="', "<b>'x'")
    assert '<a href="https://h/?a=1&amp;b=&quot;" rel="noreferrer">&lt;b&gt;&#x27;x&#x27;</a>' == text


@pytest.mark.parametrize("text", ["", "a b", "it's", '$(x) `y` \\ "z"', "ü\n"])
def test_a_shell_word_reads_back_as_it_was(text: str) -> None:
    assert [text] == shlex.split(snippets.shell_quoted(text))


@pytest.mark.parametrize("text", ["</script>", "a\u2028b\u2029", 'quote " \\ \n', "ü🎉"])
def test_a_javascript_string_reads_back_and_is_safe_in_a_page(text: str) -> None:
    quoted = snippets.js_quoted(text)
    assert text == json.loads(quoted)
    assert quoted.isascii()
    assert "<" not in quoted


@pytest.mark.parametrize("text", ["<a href='x'>&amp;\"</a>", "plain"])
def test_html_reads_back_as_it_was(text: str) -> None:
    escaped = snippets.html_escaped(text)
    assert text == html.unescape(escaped)
    assert not set("<>\"'") & set(escaped)
