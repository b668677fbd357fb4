"""The door: pairs, headers, methods, URLs, hosts and ports."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import InvalidInputError, UnsignedHeaderWarning
from presignlib.request import (
    NEVER_SIGNED,
    SIGV4_PARAMETERS,
    check_http,
    checked_headers,
    checked_label,
    checked_method,
    checked_query,
    is_host_label,
    is_ip_address,
    is_ipv4,
    is_percent_encoded,
    pairs_of,
    parse_authority,
    parse_url,
)

# pairs_of


@pytest.mark.parametrize(
    "given", [{"a": "1", "b": "2"}, [("a", "1"), ("b", "2")], iter([("a", "1"), ("b", "2")])]
)
def test_a_mapping_and_pairs_say_the_same(given: Any) -> None:
    assert [("a", "1"), ("b", "2")] == pairs_of("query", given)


def test_pairs_may_repeat_a_name() -> None:
    assert [("a", "1"), ("a", "2")] == pairs_of("query", [("a", "1"), ("a", "2")])


@pytest.mark.parametrize("given", [None, {}, [], ()])
def test_nothing_given_is_no_pairs(given: Any) -> None:
    assert [] == pairs_of("query", given)


@pytest.mark.parametrize("given", [{"a": 1}, {1: "a"}, [("a", None)], [(b"a", "b")]])
def test_names_and_values_have_to_be_str(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^query must be names and values that are str$"):
        pairs_of("query", given)


@pytest.mark.parametrize("given", ["a=1", 5, [("a",)], [("a", "b", "c")], [5]])
def test_what_is_no_pairs_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^query must be a mapping, or pairs of name and value$"):
        pairs_of("query", given)


# checked_query


@pytest.mark.parametrize("name", sorted(SIGV4_PARAMETERS))
def test_no_query_sets_what_signing_adds(name: str) -> None:
    for written in (name, name.upper(), name.title()):
        with pytest.raises(InvalidInputError, match=r"^url must be free of X-Amz-.*, which signing adds$"):
            checked_query("url", [(written, "x")])


def test_other_amazon_parameters_belong_to_the_service() -> None:
    assert [("X-Amz-Target", "x")] == checked_query("query", [("X-Amz-Target", "x")])


@pytest.mark.parametrize("pair", [("a", "\ud800"), ("\udfff", "a")])
def test_a_query_holds_no_lone_surrogates(pair: tuple[str, str]) -> None:
    with pytest.raises(InvalidInputError, match=r"^query must be text without lone surrogates$"):
        checked_query("query", [pair])


# checked_headers


def test_no_headers_stay_none() -> None:
    assert [] == checked_headers([])


def test_headers_come_out_canonical() -> None:
    given = [("X-B", " 1  2 "), ("x-a", "z"), ("X-A", "\ty")]
    assert [("x-a", "z,y"), ("x-b", "1 2")] == checked_headers(given)


@pytest.mark.parametrize("name", ["", "a b", "a:", "ä", "a\n", "(a)"])
def test_header_names_are_tokens(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^headers must be named by tokens: "):
        checked_headers([(name, "x")])


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "\0", "ü", "\x7f", "\xa0"])
def test_header_values_are_printable_ascii(value: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^x-a must be printable ASCII; .* RFC 2047$"):
        checked_headers([("X-A", value)])


def test_the_host_is_not_given_as_a_header() -> None:
    with pytest.raises(InvalidInputError, match=r"^headers must be free of host; use sign_host or the URL$"):
        checked_headers([("Host", "h")])


def test_authorization_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^headers must be free of authorization; a presigned URL "):
        checked_headers([("AUTHORIZATION", "x")])


@pytest.mark.parametrize("name", sorted(NEVER_SIGNED))
def test_what_proxies_change_is_left_out_with_a_warning(name: str) -> None:
    with pytest.warns(UnsignedHeaderWarning, match=f"^header {name} is not signed, "):
        assert [("x-a", "1")] == checked_headers([(name.upper(), "x"), ("x-a", "1")])


# checked_method


def test_methods_are_upper_case() -> None:
    assert "GET" == checked_method("get")


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\n", "Ä", None, b"GET"])
def test_methods_are_tokens(method: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^method must be an HTTP method, as GET or PUT, got "):
        checked_method(method)


# is_host_label, checked_label


@pytest.mark.parametrize("label", ["a", "a-b", "0", "a" * 63, "xn--a"])
def test_labels_are_lower_case_letters_digits_and_inner_hyphens(label: str) -> None:
    assert is_host_label(label)
    assert label == checked_label("region", label)


@pytest.mark.parametrize("label", ["", "-a", "a-", "a.b", "a_b", "A", "a" * 64, "a/b", "a@b", "ä", "a\n"])
def test_all_else_is_no_label(label: str) -> None:
    assert not is_host_label(label)
    with pytest.raises(InvalidInputError, match=r"^region must be a DNS label: lower-case letters, digits"):
        checked_label("region", label)


def test_a_label_may_be_allowed_any_case() -> None:
    assert "RegionOne" == checked_label("region", "RegionOne", any_case=True)
    with pytest.raises(InvalidInputError, match=r"^region must be a DNS label: letters, digits and hyphens"):
        checked_label("region", "Region One", any_case=True)


@pytest.mark.parametrize("label", [None, 5, b"us-east-1"])
def test_a_label_is_a_str(label: Any) -> None:
    with pytest.raises(InvalidInputError):
        checked_label("region", label)


# parse_url

SCHEMES = ("https", "http")


def test_a_url_comes_apart() -> None:
    url = parse_url("url", "HTTPS://Host.Example:8443/a%20b?x=1?2", SCHEMES)
    assert ("https", "host.example", 8443, "/a%20b", "x=1?2") == (
        url.scheme,
        url.host,
        url.port,
        url.path,
        url.query,
    )
    assert "host.example:8443" == url.authority
    assert "https://host.example:8443/a%20b" == url.text


def test_the_default_port_is_left_out() -> None:
    assert "https://h.example" == parse_url("url", "https://h.example:443", SCHEMES).text
    assert "http://h.example:443/" == parse_url("url", "http://h.example:443/", SCHEMES).text


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        ("a str", b"https://h"),
        ("a str", None),
        ("a URL that begins with https:// or http://", "h.example"),
        ("a URL that begins with https:// or http://", "ftp://h.example"),
        ("a URL that begins with https:// or http://", "https:/h.example"),
        ("ASCII without blanks", "https://h.example/ä"),
        ("ASCII without blanks", "https://h.example/a b"),
        ("ASCII without blanks", "https://h.example/a\tb"),
        ("ASCII without blanks", "https://h.example\r\n/"),
        ("free of a fragment", "https://h.example/#x"),
        ("free of user info", "https://user@h.example/"),
        ("free of user info", "https://user:CANARY@h.example/"),
        ("of a host name", "https:///path"),
        ("of a host name", "https://a_-.example"),
        ("of a host name", "https://h..example"),
        ("of a host name", "https://h.example\\evil.com"),
        ("of a host name", "https://1.2.3"),
        ("of a host name", "https://1.2.3.256"),
        ("of a host name", "https://[::1"),
        ("of a host name", "https://[::g]"),
        ("of a host name", "https://[fe80::1%25eth0]"),
        ("of a host name", "https://[fe80::1%eth0]"),
        ("of a host name", "https://[::1]x"),
        ("of a host name", f"https://{'a.' * 127}a"),
        ("of a port", "https://h.example:"),
        ("of a port", "https://h.example:0"),
        ("of a port", "https://h.example:65536"),
        ("of a port", "https://h.example:080000"),
        ("of a port", "https://h.example:+80"),
        ("of a port", "https://h.example:80:80"),
        ("percent-encoded in its path", "https://h.example/%zz"),
        ("percent-encoded in its path", "https://h.example/%"),
        ("percent-encoded in its path", "https://h.example/%2"),
    ],
)
def test_urls_that_readers_take_apart_differently_are_refused(rule: str, url: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_url("url", url, SCHEMES)
    assert "url" == caught.value.field
    assert str(caught.value).startswith(f"url must be {rule}")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "/a", "/%20", "/a%2Fb%c3"])
def test_escapes_are_a_percent_sign_and_two_hex_digits(text: str) -> None:
    assert is_percent_encoded(text)


# parse_authority


@pytest.mark.parametrize(
    ("parsed", "authority"),
    [
        (("localhost", None), "localhost"),
        (("localhost", 9000), "LOCALHOST:9000"),
        (("h.example.", None), "h.example."),
        (("my_container", 80), "my_container:80"),
        (("10.0.0.1", None), "10.0.0.1"),
        (("[::1]", None), "[::1]"),
        (("[fe80::a]", 9000), "[FE80::A]:9000"),
        (("h.example", None), "h.example:443"),
    ],
)
def test_hosts_are_lower_case_and_default_ports_none(parsed: tuple[str, int], authority: str) -> None:
    assert parsed == parse_authority("endpoint_url", authority, "https")


@pytest.mark.parametrize("authority", ["h.example:443", "h.example:80"])
def test_web_sockets_have_the_ports_of_their_http(authority: str) -> None:
    scheme = "wss" if authority.endswith("443") else "ws"
    assert ("h.example", None) == parse_authority("url", authority, scheme)


def test_addresses_are_told_from_names() -> None:
    assert is_ip_address("[::1]")
    assert is_ip_address("127.0.0.1")
    assert not is_ip_address("h.example")


@pytest.mark.parametrize("host", ["0.0.0.0", "255.255.255.255", "010.1.1.1"])
def test_four_small_numbers_are_an_ipv4_address(host: str) -> None:
    assert is_ipv4(host)


@pytest.mark.parametrize("host", ["1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.a", "1.2.3.", "1.2.3.٣"])
def test_all_else_is_none(host: str) -> None:
    assert not is_ipv4(host)


# check_http

PRIVATE = [
    "localhost",
    "my.localhost",
    "minio",
    "minio.",
    "store.local",
    "store.internal",
    "store.test",
    "store.lan",
    "store.svc",
    "10.1.2.3",
    "127.9.9.9",
    "192.168.0.1",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.0.1",
    "[::1]",
    "[fe80::1]",
    "[fd00::1]",
]
PUBLIC = [
    "example.com",
    "localhost.example.com",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.0.1",
    "0.0.0.0",
    "[2001:db8::1]",
    "[::]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_plain_http_may_go_to_hosts_nearby(host: str) -> None:
    check_http("endpoint_url", "http", host, allow_http=False)


@pytest.mark.parametrize("host", PUBLIC)
def test_plain_http_to_the_world_is_refused_with_both_ways_out(host: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_http("endpoint_url", "http", host, allow_http=False)
    assert (
        "endpoint_url must be https for a host that looks public; "
        "allow_http=True or PRESIGN_ALLOW_HTTP=1 permits it"
    ) == str(caught.value)


def test_plain_web_sockets_are_refused_likewise() -> None:
    with pytest.raises(InvalidInputError, match=r"^url must be wss for a host that looks public"):
        check_http("url", "ws", "example.com", allow_http=False)


def test_https_goes_everywhere_and_http_where_it_is_allowed() -> None:
    check_http("url", "https", "example.com", allow_http=False)
    check_http("url", "http", "example.com", allow_http=True)
