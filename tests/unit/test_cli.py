"""The command line: stdout has the result alone, stderr what is for people."""

from __future__ import annotations

import json
import runpy
import shlex
import sys
from typing import Any

import pytest

from presignlib import __version__, presign_get
from presignlib.cli import main

from .samples import CREDENTIALS, parameters


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, _clean_environment: None) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def _out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert 0 == main(arguments)
    return capsys.readouterr().out


def test_stdout_is_the_url_and_stderr_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["get", "s3://bucket/a/b.txt"])
    out, err = capsys.readouterr()
    assert out.startswith("https://bucket.s3.us-east-1.amazonaws.com/a/b.txt?X-Amz-Algorithm=")
    assert 1 == out.count("\n")
    assert err.startswith("valid until 20")
    assert err.endswith(" UTC\n")


def test_the_key_is_taken_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert "/a%2520b/?X-Amz" in _out(capsys, "get", "s3://bucket/a%20b/")


@pytest.mark.parametrize(
    ("seconds", "arguments"),
    [
        ("900", []),
        ("60", ["--expires-in", "60"]),
        ("600", ["--expires", "10 minutes"]),
        ("604800", ["--expire", "7d"]),
    ],
)
def test_the_life_is_said_in_three_ways(
    capsys: pytest.CaptureFixture[str], seconds: str, arguments: list[str]
) -> None:
    url = _out(capsys, "get", "s3://bucket/k", *arguments).strip()
    assert seconds == parameters(url)["X-Amz-Expires"]


@pytest.mark.parametrize(
    ("method", "seconds", "command"),
    [("HEAD", 900, "head"), ("PUT", 900, "put"), ("DELETE", 300, "delete"), ("GET", 300, "list")],
)
def test_each_command_signs_its_method(
    capsys: pytest.CaptureFixture[str], method: str, seconds: int, command: str
) -> None:
    contract = json.loads(_out(capsys, command, "s3://bucket/k", "-o", "json"))
    assert (method, seconds) == (contract["method"], contract["expires"])


def test_a_list_takes_the_key_for_a_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    assert "a/" == parameters(_out(capsys, "list", "s3://bucket/a/").strip())["prefix"]
    assert "prefix" not in _out(capsys, "list", "s3://bucket")


def test_a_download_takes_a_name_and_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    url = _out(capsys, "get", "s3://bucket/k", "--download-as", "a.pdf", "--version-id", "v").strip()
    assert "v" == parameters(url)["versionId"]
    assert parameters(url)["response-content-disposition"].startswith('attachment; filename="a.pdf"')


def test_an_upload_takes_what_bounds_it(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--content-type", "image/png", "--content-length", "5", "--no-overwrite", "-o", "json"]
    contract = json.loads(_out(capsys, "put", "s3://bucket/k", *options))
    assert {"content-type": "image/png", "content-length": "5", "if-none-match": "*"} == contract["headers"]


def test_another_store_and_region_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--endpoint-url", "http://localhost:9000", "--region", "auto", "--addressing-style", "virtual"]
    url = _out(capsys, "get", "s3://bucket/k", *options)
    assert url.startswith("http://bucket.localhost:9000/k?")
    assert "%2Fauto%2Fs3%2F" in url


@pytest.mark.parametrize(
    ("start", "output"),
    [
        ("https://", "url"),
        ("curl --fail-with-body", "curl"),
        ('await fetch("https://', "fetch"),
        ("http --ignore-stdin", "httpie"),
        ("requests.request('GET', 'https://", "python"),
    ],
)
def test_the_result_comes_in_six_forms(capsys: pytest.CaptureFixture[str], start: str, output: str) -> None:
    assert _out(capsys, "get", "s3://bucket/k", "-o", output).startswith(start)


def test_a_token_makes_the_end_the_latest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert 0 == main(["get", "s3://bucket/k"])
    assert capsys.readouterr().err.endswith(" UTC at the latest: when the session token ends is not known\n")


@pytest.mark.filterwarnings("ignore::presignlib.ShortCredentialsWarning")
def test_short_credentials_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = presign_get("bucket", "k", region="us-east-1", credentials=CREDENTIALS)
    end = (url.expires_at).isoformat()
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", end)
    assert 0 == main(["get", "s3://bucket/k", "--expires-in", "1h"])
    assert f"valid until {url.expires_at:%Y-%m-%d %H:%M:%S} UTC, limited by credentials\n" == (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("target must be s3://bucket/key", ["get", "bucket/key"]),
        ("target must be s3://bucket/key", ["get", "https://bucket/key"]),
        ("target must be s3://bucket/key", ["get", "s3:bucket/key"]),
        ("target must be s3://bucket/key", ["get", "s3://bucket"]),
        ("target must be s3://bucket/key", ["delete", "s3://bucket/"]),
        ("expires must be 1 to 604800 seconds, got 0", ["get", "s3://bucket/k", "--expires-in", "0"]),
        ("expires must be 1 to 604800 seconds, got '8d'", ["get", "s3://bucket/k", "--expires-in", "8d"]),
        ("region must be a DNS label", ["get", "s3://bucket/k", "--region", "a b"]),
    ],
)
def test_bad_input_is_two_and_one_line(
    capsys: pytest.CaptureFixture[str], message: str, arguments: list[str]
) -> None:
    assert 2 == main(arguments)
    out, err = capsys.readouterr()
    assert "" == out
    assert err.startswith(f"presignlib: {message}")
    assert 1 == err.count("\n")


@pytest.mark.parametrize(
    ("message", "variable"),
    [
        ("region must be given", "AWS_REGION"),
        ("environment: AWS_ACCESS_KEY_ID is not set", "AWS_ACCESS_KEY_ID"),
    ],
)
def test_missing_credentials_and_region_are_three(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, message: str, variable: str
) -> None:
    monkeypatch.delenv(variable)
    assert 3 == main(["get", "s3://bucket/k"])
    out, err = capsys.readouterr()
    assert "" == out
    assert err.startswith(f"presignlib: {message}")


@pytest.mark.parametrize("arguments", [[], ["fly"], ["get"], ["get", "s3://b/k", "-o", "xml"]])
def test_wrong_usage_is_two(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert 2 == caught.value.code
    assert "usage: presignlib" in capsys.readouterr().err


def test_help_has_examples_that_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("  presignlib ")]
    assert 4 == len(examples)
    assert [0, 0, 0, 0] == [main(example) for example in examples]


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert f"presignlib {__version__}\n" == capsys.readouterr().out


def test_python_m_runs_the_same(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["presignlib", "get", "s3://bucket/k"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("presignlib", run_name="__main__")
    assert 0 == caught.value.code
    assert capsys.readouterr().out.startswith("https://bucket.s3.us-east-1.amazonaws.com/k?")


def test_json_has_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    contract: dict[str, Any] = json.loads(_out(capsys, "get", "s3://bucket/k", "-o", "json"))
    assert ("bucket", "k") == (contract["bucket"], contract["key"])
    assert contract["url"].startswith("https://bucket.")
