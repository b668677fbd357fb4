"""The commands that sign: options become keywords, and one key a line becomes one result a line."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import _cli_sign, cli, verify_url
from presignlib.cli import main

from .samples import CREDENTIALS, parameters

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
POST = ["post", "s3://inbox/a", "--max-size", "5", "--content-type", "image/*"]
UPLOAD = ["s3://inbox/film.mp4", "--upload-id", "VXBsb2Fk"]
STARTED = b"<InitiateMultipartUploadResult><UploadId>VXBsb2Fk</UploadId></InitiateMultipartUploadResult>"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, _clean_environment: None) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def fed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(raw))))


def out(capsys: Captured, *arguments: str) -> str:
    assert 0 == main(arguments), capsys.readouterr().err
    return capsys.readouterr().out


def contract(capsys: Captured, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out(capsys, *arguments, "-o", "json"))
    return found


def path_of(url: str) -> str:
    return url.partition("amazonaws.com/")[2].partition("?")[0]


# ---- Targets


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("bucket", "a//b?c#d"), "s3://bucket/a//b?c#d"),
        (("bucket", "/a"), "s3://bucket//a"),
        (("bucket", ""), "s3://bucket"),
        (
            ("arn:aws:s3:eu-west-1:1:accesspoint/p", "a/b\n"),
            "s3://arn:aws:s3:eu-west-1:1:accesspoint/p/a/b\n",
        ),
        (("arn:aws:s3:eu-west-1:1:accesspoint:p", "a"), "s3://arn:aws:s3:eu-west-1:1:accesspoint:p/a"),
        (("arn:aws:s3::1:accesspoint/m.mrap", ""), "s3://arn:aws:s3::1:accesspoint/m.mrap"),
        (
            ("arn:aws:s3-outposts:eu-west-1:1:outpost/op-1/accesspoint/p", "k"),
            "s3://arn:aws:s3-outposts:eu-west-1:1:outpost/op-1/accesspoint/p/k",
        ),
        (("arn:aws:s3:::bucket", "k"), "s3://arn:aws:s3:::bucket/k"),  # which the library then refuses
    ],
)
def test_a_target_is_bucket_and_key(expected: tuple[str, str], text: str) -> None:
    assert expected == _cli_sign.target(text)


def test_an_access_point_can_be_signed_for(capsys: Captured) -> None:
    url = out(capsys, "get", "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/team/a", "--use-arn-region")
    assert url.startswith("https://team-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/a?")


# ---- Options


def test_a_download_takes_what_a_click_keeps(capsys: Captured) -> None:
    options = ["--response-content-type", "text/plain", "--part-number", "2", "--request-payer"]
    more = [
        "--query",
        "x=1",
        "--query",
        "x=2=",
        "--header",
        "x-a: b: c ",
        "--expected-bucket-owner",
        "123456789012",
    ]
    found = contract(capsys, "get", "s3://bucket/k", *options, *more)
    asked = "response-content-type=text%2Fplain&partNumber=2&x-amz-request-payer=requester&x=1&x=2%3D&"
    assert f"/k?{asked}X-Amz-Algorithm=" in found["url"]
    assert {"x-a": "b: c", "x-amz-expected-bucket-owner": "123456789012"} == found["headers"]


def test_a_stable_url_stays_the_same_for_its_window(capsys: Captured) -> None:
    first, second = (out(capsys, "get", "s3://bucket/k", "--stable-for", "1d") for _ in range(2))
    assert first == second
    assert parameters(first.strip())["X-Amz-Date"].endswith("T000000Z")


def test_an_upload_takes_all_that_bounds_it(capsys: Captured, tmp_path: Path) -> None:
    options = {
        "--cache-control": "no-store",
        "--content-disposition": "inline",
        "--content-encoding": "gzip",
        "--storage-class": "STANDARD_IA",
        "--acl": "private",
        "--sse": "aws:kms",
        "--kms-key-id": "k1",
        "--checksum-crc32": "AAAAAA==",
        "--if-match": "abc",
        "--content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    words = [word for pair in options.items() for word in pair]
    pairs = ["--metadata", "by=ana", "--metadata", "to=bo=b", "--tag", "a=b", "--tag", "c=d"]
    assert {
        "cache-control": "no-store",
        "content-disposition": "inline",
        "content-encoding": "gzip",
        "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
        "if-match": "abc",
        "x-amz-acl": "private",
        "x-amz-checksum-crc32": "AAAAAA==",
        "x-amz-meta-by": "ana",
        "x-amz-meta-to": "bo=b",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "k1",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-tagging": "a=b&c=d",
    } == contract(capsys, "put", "s3://bucket/k", *words, *pairs)["headers"]


@pytest.mark.parametrize("flag", ["--metadata", "--tag"])
def test_a_name_that_repeats_is_refused(capsys: Captured, flag: str) -> None:
    assert 2 == main(["put", "s3://bucket/k", flag, "a=1", flag, "a=2"])
    assert f"presignlib: {flag} must be given once for each name\n" == capsys.readouterr().err


def test_a_customers_key_comes_from_a_file_and_is_never_printed(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"0123456789abcdef" * 2)
    for output in ("url", "json", "curl"):
        words = ["put", "s3://bucket/k", "--sse-customer-key-file", str(tmp_path / "key"), "-o", output]
        assert 0 == main(words)
        told = "".join(capsys.readouterr())
        assert "x-amz-server-side-encryption-customer-key" in told
        assert "MDEyMzQ1Njc4OWFiY2RlZj" not in told  # it in base64


def test_what_has_to_be_sent_is_told_beside_a_bare_url(capsys: Captured) -> None:
    words = ["put", "s3://bucket/k", "--content-type", "a/b", "--content-length", "5"]
    assert 0 == main(words)
    told = "; has to be sent with content-length: 5, content-type: a/b\n"
    assert capsys.readouterr().err.endswith(f" UTC{told}")
    assert 0 == main([*words, "-o", "curl"])
    assert capsys.readouterr().err.endswith(" UTC\n")


def test_a_listing_takes_its_options(capsys: Captured) -> None:
    words = ["--delimiter", "/", "--max-keys", "9", "--start-after", "a/b", "--continuation-token", "t"]
    found = parameters(out(capsys, "list", "s3://bucket/a/", *words).strip())
    assert ("/", "9", "a/b", "t", "a/") == tuple(
        found[name] for name in ("delimiter", "max-keys", "start-after", "continuation-token", "prefix")
    )


@pytest.mark.parametrize(
    ("start", "options"),
    [
        ("https://bucket.s3.dualstack.us-east-1.amazonaws.com/k?", ["--dualstack"]),
        ("https://bucket.s3-fips.us-east-1.amazonaws.com/k?", ["--fips"]),
        ("https://bucket.s3-accelerate.amazonaws.com/k?", ["--accelerate"]),
        ("https://s3.us-east-1.amazonaws.com/bucket/k?", ["--addressing-style", "path"]),
        (
            "http://files.example.com/bucket/k?",
            ["--endpoint-url", "http://files.example.com", "--allow-http"],
        ),
        (
            "https://cdn.example.com/bucket/k?",
            ["--endpoint-url", "https://cdn.example.com", "--sign-host", "minio:9000"],
        ),
    ],
)
def test_where_is_said_by_options(capsys: Captured, start: str, options: list[str]) -> None:
    assert out(capsys, "get", "s3://bucket/k", *options).startswith(start)


def test_a_switch_of_the_environment_can_be_turned_off(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    assert ".dualstack." in out(capsys, "get", "s3://bucket/k")
    assert ".dualstack." not in out(capsys, "get", "s3://bucket/k", "--no-dualstack")


# ---- Any service


def test_a_url_of_any_service_is_signed(capsys: Captured) -> None:
    words = ["url", "get", "https://api.example.com/a%20b?x=1", "--service", "execute-api", "--query", "y=2"]
    found = contract(capsys, *words, "--header", "x-a: b")
    assert ("GET", {"x-a": "b"}) == (found["method"], found["headers"])
    assert found["url"].startswith("https://api.example.com/a%20b?")
    assert "%2Fus-east-1%2Fexecute-api%2Faws4_request" in found["url"]


def test_several_regions_can_be_signed_for(capsys: Captured) -> None:
    words = ["url", "GET", "https://a.example/", "--service", "s3", "--algorithm", "sigv4a"]
    assert "X-Amz-Region-Set=us-east-1%2Ceu-%2A&" in out(capsys, *words, "--region-set", "us-east-1,eu-*")


def test_paths_and_bodies_of_services_can_be_told(capsys: Captured) -> None:
    words = ["--path-encoding", "once", "--no-normalize-path", "--payload-hash", "UNSIGNED-PAYLOAD"]
    more = ["--token-placement", "appended"]
    url = out(capsys, "url", "GET", "https://a.example/a//b", "--service", "x", *words, *more)
    assert url.startswith("https://a.example/a//b?X-Amz-Algorithm=")


# ---- Forms


def test_a_form_is_json_unless_told_otherwise(capsys: Captured) -> None:
    assert 0 == main([*POST, "--field", "acl=private", "--condition", '["starts-with", "$x-amz-meta-n", ""]'])
    text, err = capsys.readouterr()
    form = json.loads(text)
    assert ["fields", "url"] == sorted(form)
    assert ("a", "private") == (form["fields"]["key"], form["fields"]["acl"])
    assert err.startswith("valid until 20")


def test_a_form_takes_a_prefix_and_sizes(capsys: Captured) -> None:
    words = ["post", "s3://inbox", "--key-prefix", "u/", "--max-size", "1MB", "--min-size", "1"]
    more = ["--content-type", "a/b", "--redirect", "https://a.example/", "--success-status", "201"]
    fields = json.loads(out(capsys, *words, *more, "--metadata", "by=ana"))["fields"]
    assert ("u/${filename}", "201", "ana") == tuple(
        fields[name] for name in ("key", "success_action_status", "x-amz-meta-by")
    )


@pytest.mark.parametrize(
    ("start", "output"),
    [
        ("https://inbox.s3.us-east-1.amazonaws.com/\n", "url"),
        ("<form action=", "html"),
        ("curl --fail-with-body", "curl"),
        ("const form = new FormData();\n", "fetch"),
    ],
)
def test_a_form_comes_in_five_forms(capsys: Captured, start: str, output: str) -> None:
    assert out(capsys, *POST, "-o", output).startswith(start)


def test_a_form_without_a_key_is_refused(capsys: Captured) -> None:
    assert 2 == main(["post", "s3://inbox", "--max-size", "5", "--content-type", "a/b"])
    assert "key must be given, or --key-prefix: one of the two" in capsys.readouterr().err


# ---- Uploads in parts


@pytest.mark.parametrize(
    ("method", "query", "step"),
    [
        ("POST", {"uploads": ""}, ["create", "s3://inbox/film.mp4"]),
        ("POST", {"uploadId": "VXBsb2Fk"}, ["complete", *UPLOAD]),
        ("DELETE", {"uploadId": "VXBsb2Fk"}, ["abort", *UPLOAD]),
        ("GET", {"uploadId": "VXBsb2Fk", "max-parts": "5"}, ["list-parts", *UPLOAD, "--max-parts", "5"]),
        ("PUT", {"uploadId": "VXBsb2Fk", "partNumber": "7"}, ["part", *UPLOAD, "--number", "7"]),
    ],
)
def test_each_step_has_its_request(
    capsys: Captured, method: str, query: dict[str, str], step: list[str]
) -> None:
    found = contract(capsys, "multipart", *step)
    assert (method, "3600") == (found["method"], parameters(found["url"])["X-Amz-Expires"])
    assert query.items() <= parameters(found["url"]).items()


def test_several_parts_come_one_a_line(capsys: Captured) -> None:
    words = ["multipart", "part", *UPLOAD, "--number", "9-11", "--content-length", "5", "--checksum-crc32"]
    lines = out(capsys, *words, "AAAAAA==", "-o", "json").splitlines()
    parts = [json.loads(line) for line in lines]
    assert ["9", "10", "11"] == [parameters(part["url"])["partNumber"] for part in parts]
    assert {"content-length": "5", "x-amz-checksum-crc32": "AAAAAA=="} == parts[2]["headers"]


def test_the_whole_objects_options_are_for_its_begin_and_its_end(capsys: Captured) -> None:
    begin = contract(capsys, "multipart", "create", "s3://inbox/f", "--metadata", "a=b", "--tag", "c=d")
    assert {"x-amz-meta-a": "b", "x-amz-tagging": "c=d"} == begin["headers"]
    end = contract(capsys, "multipart", "complete", *UPLOAD, "--no-overwrite")
    assert {"if-none-match": "*"} == end["headers"]


def test_the_id_is_read_from_the_answer(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(monkeypatch, STARTED)
    assert "VXBsb2Fk\n" == out(capsys, "multipart", "parse-id", "s3://inbox/film.mp4")
    fed(monkeypatch, b"<Error/>")
    assert 2 == main(["multipart", "parse-id", "s3://inbox/film.mp4"])
    assert "standard input must be S3's whole answer" in capsys.readouterr().err


def test_the_body_is_made_of_options_or_lines(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    given = out(capsys, "multipart", "body", "s3://inbox/f", "--part", "2=b", "--part", '1="a"')
    fed(monkeypatch, b'1 "a"\n\n 2 b\n')
    assert given == out(capsys, "multipart", "body", "s3://inbox/f")
    assert "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part><Part>" in given


@pytest.mark.parametrize("line", [b"one a\n", b"\xff\xfe1 a\n"])
def test_lines_that_are_no_parts_are_refused(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    fed(monkeypatch, line)
    assert 2 == main(["multipart", "body", "s3://inbox/f"])
    assert "standard input must be lines of a part's number and its ETag" in capsys.readouterr().err


def test_a_part_beyond_the_last_is_refused(capsys: Captured) -> None:
    assert 2 == main(["multipart", "part", *UPLOAD, "--number", "10001"])
    assert "--number must be" in capsys.readouterr().err


def test_an_empty_range_of_parts_is_refused(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["multipart", "part", *UPLOAD, "--number", "3-2"])
    assert "--number: must be one number" in capsys.readouterr().err


# ---- Many keys


def test_each_key_is_put_behind_the_prefix(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(monkeypatch, "a\n\nb/ü \r\n\r\nc d".encode())
    assert 0 == main(["get", "s3://bucket/p/", "-", "--expires-in", "60"])
    text, err = capsys.readouterr()
    assert ["p/a", "p/b/%C3%BC%20", "p/c%20d"] == [path_of(url) for url in text.splitlines()]
    assert {"60"} == {parameters(url)["X-Amz-Expires"] for url in text.splitlines()}
    assert err.startswith("3 URLs, the last valid until 20")


@pytest.mark.parametrize("flag", ["-0", "--null"])
def test_keys_may_end_in_nul_and_are_then_taken_as_they_are(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    fed(monkeypatch, b"a\nb\0\0c\r\0")
    lines = out(capsys, "get", "s3://bucket/", "-", flag, "-o", "html").split("\n")[:-1]
    assert ["a%0Ab", "c%0D"] == [path_of(line) for line in lines]
    assert "a&#10;b</a>" in lines[0]


@pytest.mark.parametrize("output", ["url", "json"])
def test_a_bad_line_is_told_by_its_number_and_the_rest_goes_on(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    fed(monkeypatch, b"a\n\n\xff\n" + b"x" * 2_000 + b"\nb\n")
    assert 2 == main(["get", "s3://bucket/p/", "-", "-o", output])
    text, err = capsys.readouterr()
    assert ["p/a", "p/b"] == [path_of(line) for line in text.splitlines()]
    lines = err.splitlines()
    assert [
        "presignlib: line 3: key must be UTF-8, got 'p/\\udcff'",
        "presignlib: line 4: key must be 1 to 1024 bytes of UTF-8, got 2002 bytes",
    ] == lines[:2]
    assert lines[2].startswith("2 URLs, the last valid until")


def test_without_a_key_there_is_nothing_to_tell(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")  # nor anybody to ask
    fed(monkeypatch, b"\n")
    assert 0 == main(["get", "s3://bucket/", "-"])
    assert ("", "0 URLs\n") == capsys.readouterr()


@pytest.mark.parametrize(
    ("method", "seconds", "command"), [("PUT", 900, "put"), ("HEAD", 900, "head"), ("DELETE", 300, "delete")]
)
def test_other_commands_take_keys_too(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, method: str, seconds: int, command: str
) -> None:
    fed(monkeypatch, b"a\nb\n")
    lines = out(capsys, command, "s3://bucket/p/", "-", "-o", "json").splitlines()
    found = [json.loads(line) for line in lines]
    assert [(method, seconds, f"p/{key}") for key in "ab"] == [
        (f["method"], f["expires"], f["key"]) for f in found
    ]


@pytest.mark.parametrize(("method", "command"), [("GET", "get"), ("PUT", "put")])
def test_bare_urls_are_for_the_method_of_the_command(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, method: str, command: str
) -> None:
    fed(monkeypatch, b"a\n")
    url = out(capsys, command, "s3://bucket/", "-").strip()
    assert "a" == verify_url(url, CREDENTIALS, method=method).key


def test_options_hold_for_every_key(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(monkeypatch, b"a\n")
    words = ["put", "s3://bucket/", "-", "--metadata", "a=b", "--addressing-style", "path", "-o", "json"]
    found = json.loads(out(capsys, *words))
    assert {"x-amz-meta-a": "b"} == found["headers"]
    assert found["url"].startswith("https://s3.us-east-1.amazonaws.com/bucket/a?")


@pytest.mark.parametrize("output", ["url", "json"])
def test_what_is_wrong_with_all_keys_is_told_once(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    fed(monkeypatch, b"a\nb\n")
    assert 2 == main(["get", "s3://bucket/", "-", "--version-id", "", "-o", output])
    text, err = capsys.readouterr()
    assert ("", "presignlib: --version-id must be an id of at least one character\n") == (text, err)


def test_a_warning_of_a_batch_is_one_line(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(monkeypatch, b"a/../b\nc/./d\n")
    assert 0 == main(["get", "s3://bucket/", "-"])
    err = capsys.readouterr().err.splitlines()
    assert [True, False] == [line.startswith("presignlib: warning: ") for line in err]


def test_a_warning_that_repeats_is_told_once(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(monkeypatch, b"a\nb\n")
    assert 0 == main(["put", "s3://bucket/", "-", "--header", "User-Agent: x"])
    warning, _ = capsys.readouterr().err.splitlines()
    assert warning.startswith("presignlib: warning: header user-agent is not signed")


def test_credentials_that_end_sooner_are_told_once(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", end.isoformat())
    fed(monkeypatch, b"a\nb\n")
    assert 0 == main(["get", "s3://bucket/", "-", "--expires-in", "12h"])
    warning, line = capsys.readouterr().err.splitlines()
    assert warning.startswith("presignlib: warning: the URL ends at ")
    assert line.endswith(" UTC, limited by credentials")


def test_what_is_written_goes_out_when_no_more_keys_are_there_yet(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Slow(io.RawIOBase):
        """Keys that come one at a time; what came out before the next is asked for is noted."""

        parts = iter([b"a\nb", b"c", b"d\n", b"e"])

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            seen.append(capsys.readouterr().out)
            part = next(self.parts, b"")
            buffer[: len(part)] = part
            return len(part)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Slow())))
    assert 0 == main(["get", "s3://bucket/", "-"])
    assert [[], ["a"], [], ["bcd"], []] == [[path_of(url) for url in text.splitlines()] for text in seen]


# ---- The bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A second goes by each time it is asked."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        self.time += 1
        return self.time


def test_a_bar_is_drawn_where_the_size_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    (tmp_path / "keys").write_bytes(b"12345678")
    with (tmp_path / "keys").open("rb") as file:
        bar = _cli_sign._Bar(file, Clock())
    bar.show(2, 1_000)
    bar.show(7, 5_000)
    bar.clear()
    expected = (
        "\r[#######                       ]  25% 1,000 URLs, 1,000 a second\x1b[K"
        "\r[##############################] 100% 5,000 URLs, 2,500 a second\x1b[K"
        "\r\x1b[K"
    )
    assert expected == terminal.getvalue()


def test_numbers_are_shown_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    _cli_sign._Bar(io.BytesIO(), Clock()).show(2, 3)
    assert "\r3 URLs, 3 a second\x1b[K" == terminal.getvalue()


def test_a_bar_is_not_drawn_faster_than_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    _cli_sign._Bar(io.BytesIO(), lambda: 1.0).show(2, 3)
    assert "" == terminal.getvalue()


def test_what_is_told_on_a_terminal_takes_the_bar_away_first(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fed(monkeypatch, b"a\n\xff\nb\n")
    assert 2 == main(["get", "s3://bucket/", "-"])
    assert "\r\x1b[Kpresignlib: line 2: " in terminal.getvalue()
    assert "\r\x1b[K2 URLs, the last valid until" in terminal.getvalue()


def test_there_is_no_bar_among_results(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", Terminal())
    fed(monkeypatch, b"a\nb\n")
    assert 0 == main(["get", "s3://bucket/", "-"])
    assert "\r" not in terminal.getvalue()


def test_the_command_line_is_decoded_and_written_as_utf_8(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["presignlib", "get", "s3://bucket/\udcc3\udcbc"])
    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", written)
    assert 0 == cli.main()
    assert ("utf-8", "%C3%BC") == (written.encoding, path_of(written.buffer.getvalue().decode()))


def test_a_stdout_that_has_no_encoding_is_left_alone(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["presignlib", "get", "s3://bucket/k"])
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    assert 0 == cli.main()
    assert path_of(written.getvalue()) == "k"
