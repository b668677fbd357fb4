"""The command line: stdout has the result alone, stderr what is for people."""

from __future__ import annotations

import errno
import io
import json
import os
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import presignlib
from presignlib import __version__, cli, presign_get
from presignlib.cli import main

from .samples import CREDENTIALS, parameters

SOURCE = Path(str(presignlib.__file__)).parents[1]


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
        ('<a href="https://', "html"),
    ],
)
def test_the_result_comes_in_seven_forms(capsys: pytest.CaptureFixture[str], start: str, output: str) -> None:
    assert _out(capsys, "get", "s3://bucket/k", "-o", output).startswith(start)


def test_a_token_makes_the_end_the_latest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert 0 == main(["get", "s3://bucket/k"])
    assert capsys.readouterr().err.endswith(" UTC at the latest: when the session token ends is not known\n")


def test_an_expiry_is_never_cut_without_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = presign_get("bucket", "k", region="us-east-1", credentials=CREDENTIALS)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", url.expires_at.isoformat())
    ends = f"{url.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    assert 0 == main(["get", "s3://bucket/k", "--expires-in", "1h"])
    assert [
        f"presignlib: warning: the URL ends at {ends} with its credentials, sooner than asked for",
        f"valid until {ends}, limited by credentials",
    ] == capsys.readouterr().err.splitlines()
    assert 3 == main(["get", "s3://bucket/k", "--expires-in", "1h", "--short-credentials", "raise"])
    assert "or use --short-credentials cap" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("target must be s3://bucket/key", ["get", "bucket/key"]),
        ("target must be s3://bucket/key", ["get", "https://bucket/key"]),
        ("target must be s3://bucket/key", ["get", "s3:bucket/key"]),
        ("target must be s3://bucket/key", ["get", "s3://bucket"]),
        ("target must be s3://bucket/key", ["delete", "s3://bucket/"]),
        ("--expires-in must be 1 to 604800 seconds, got 0", ["get", "s3://bucket/k", "--expires-in", "0"]),
        (
            "--expires-in must be 1 to 604800 seconds, got 1767362700000",
            ["get", "s3://bucket/k", "--expires-in", "1767362700000"],
        ),
        (
            "--expires-in must be whole seconds, '15m', '1h30m' or '10 minutes', got 'soon'",
            ["get", "s3://bucket/k", "--expires-in", "soon"],
        ),
        (
            "--max-skew must be whole seconds, '15m', '1h30m' or '10 minutes', got 'soon'",
            ["verify", "https://h/", "--max-skew", "soon"],
        ),
        (
            "--expires-in must be 1 to 604800 seconds, got '8d'",
            ["get", "s3://bucket/k", "--expires-in", "8d"],
        ),
        ("--region must be a DNS label", ["get", "s3://bucket/k", "--region", "a b"]),
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
    ("name", "variable", "command"),
    [
        ("region", "AWS_REGION", ["get", "s3://bucket/k"]),
        ("endpoint_url", "AWS_ENDPOINT_URL", ["get", "s3://bucket/", "-"]),
        ("endpoint_url", "AWS_ENDPOINT_URL_S3", ["demo", "--bucket", "files", "--port", "0"]),
    ],
)
def test_a_bad_value_of_the_environment_is_not_put_down_to_an_option(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    variable: str,
    command: list[str],
) -> None:
    monkeypatch.setenv(variable, "a b")
    assert 2 == main(command)
    assert f"presignlib: {name}, from the environment or the profile, must be" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "variable"),
    [
        ("region must be given", "AWS_REGION"),
        ("credentials: none were found; asked before: environment: AWS_ACC", "AWS_ACCESS_KEY_ID"),
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
    assert "region=" not in err


@pytest.mark.parametrize("arguments", [[], ["fly"], ["get"], ["get", "s3://b/k", "-o", "xml"]])
def test_wrong_usage_is_two(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert 2 == caught.value.code
    assert "usage: presignlib" in capsys.readouterr().err


def _help(capsys: pytest.CaptureFixture[str], *command: str) -> list[str]:
    """Return the examples of a command's help, each with its further lines."""
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    examples = capsys.readouterr().out.partition("examples:\n")[2].partition("\n\n")[0]
    return examples.replace("\\\n", "").strip().splitlines()


def test_help_teaches_by_examples(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _help(capsys)
    assert 10 < len(shown)
    assert shown[0] == _help(capsys, "get")[0]
    assert _help(capsys, "multipart") == _help(capsys, "multipart", "part")


@pytest.mark.parametrize("command", cli._COMMANDS)
def test_the_examples_of_a_commands_help_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    curl = "curl() { echo '<Error><Code>NoSuchKey</Code></Error>'; }"  # asks nobody
    run = shlex.quote(sys.executable) + ' -m presignlib "$@"'
    url = "https://bucket.s3.amazonaws.com/k?X-Amz-Signature=0"
    examples = _help(capsys, command)
    assert [] != examples
    for example in examples:
        ran = subprocess.run(
            ["bash", "-c", f"presignlib() {{ {run}; }}\n{curl}\nURL='{url}'\nset -e\n{example}"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        refused = 4 if "curl -si" in example else 0
        assert (refused, example) == (ran.returncode, example), ran.stderr
        assert ran.stdout or ">" in example or "eval" in example


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


# ---- What a shell hands over, and what it reads


class Full(io.TextIOWrapper):
    """Standard output that takes nothing any more."""

    def __init__(self, file: Any, error: OSError) -> None:
        super().__init__(io.BytesIO())
        self._file = file
        self._error = error

    def write(self, _text: str) -> int:
        raise self._error

    def flush(self) -> None:
        raise self._error

    def fileno(self) -> int:
        return int(self._file.fileno())


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        (0, "", BrokenPipeError()),
        (
            2,
            "presignlib: reading or writing failed: No space left on device\n",
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        ),
    ],
    ids=["closed", "full"],
)
def test_output_that_takes_no_more_ends_it(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    code: int,
    said: str,
    error: OSError,
) -> None:
    with (tmp_path / "out").open("wb") as file:
        monkeypatch.setattr(sys, "stdout", Full(file, error))
        assert code == main(["get", "s3://bucket/k"])
        assert os.fstat(file.fileno()).st_rdev == Path(os.devnull).stat().st_rdev
    assert said == capsys.readouterr().err


def test_what_was_written_stays_where_input_breaks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.RawIOBase):
        parts = iter([b"a\n"])

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            for part in self.parts:
                buffer[: len(part)] = part
                return len(part)
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
    assert 2 == main(["get", "s3://bucket/", "-"])
    out, err = capsys.readouterr()
    assert out.startswith("https://bucket.s3.us-east-1.amazonaws.com/a?")
    assert "presignlib: reading or writing failed: Input/output error\n" == err


def test_an_interrupt_is_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert 130 == main(["credentials"])
    assert ("", "") == capsys.readouterr()


def test_another_packages_command_brings_what_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from argparse import ArgumentParser

    parser = ArgumentParser()
    parser.set_defaults(command="other", run=lambda _options: 7)
    monkeypatch.setattr(cli, "_parser", lambda _wanted: parser)
    assert 7 == main([])


def _typed(*words: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    names = {n: v for n, v in os.environ.items() if n not in ("LC_ALL", "LANG", "PYTHONUTF8")}
    return subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"presignlib", *words],
        env={**names, "PYTHONPATH": str(SOURCE), **environment},
        capture_output=True,
        check=False,
    )


LOCALES = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "C.UTF-8"},
]


@pytest.mark.parametrize("locale", LOCALES, ids=["C", "ascii", "utf-8"])
def test_keys_are_utf_8_in_every_locale(locale: dict[str, str]) -> None:
    done = _typed(b"get", "s3://bucket/über".encode(), b"-o", b"html", **locale)
    assert (0, True) == (done.returncode, b"/%C3%BCber?" in done.stdout), done.stderr
    assert ">über</a>".encode() in done.stdout


@pytest.mark.parametrize("locale", LOCALES, ids=["C", "ascii", "utf-8"])
def test_a_key_that_is_not_utf_8_is_refused(locale: dict[str, str]) -> None:
    done = _typed(b"get", b"s3://bucket/\xff", **locale)
    assert (2, b"", True) == (done.returncode, done.stdout, b"presignlib: key must be UTF-8" in done.stderr)


@pytest.mark.parametrize(
    ("arguments", "said"), [("s3://bucket/ - <&-", b"0 URLs\n"), ("s3://bucket/k >&-", b"valid ")]
)
def test_streams_that_a_shell_has_closed_are_empty(arguments: str, said: bytes) -> None:
    run = f"{shlex.quote(sys.executable)} -m presignlib get {arguments}"
    names = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(["bash", "-c", run], env=names, capture_output=True, check=False)
    assert (0, b"", said) == (done.returncode, done.stdout, done.stderr[: len(said)])


def test_a_reader_that_goes_early_sees_no_traceback() -> None:
    run = shlex.quote(sys.executable) + " -m presignlib get s3://bucket/ -"
    done = subprocess.run(
        ["bash", "-c", f"seq 100000 | {run} | head -n 1; echo ${{PIPESTATUS[1]}}"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        check=False,
    )
    url, code = done.stdout.splitlines()
    assert (True, b"0", b"") == (url.startswith(b"https://bucket."), code, done.stderr)


# ---- What AWS has to allow


def test_policy_prints_what_iam_policy_gives(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(
        _out(capsys, "policy", "s3://bucket/a/", "--allow", "get,list", "--region", "cn-north-1")
    )
    assert presignlib.iam_policy("bucket", "a/", actions="get,list", region="cn-north-1") == told


def test_cors_prints_what_cors_rules_gives(capsys: pytest.CaptureFixture[str]) -> None:
    origins = ["https://a.example", "https://b.example"]
    told = json.loads(_out(capsys, "cors", "--origin", origins[0], "--origin", origins[1], "--method", "put"))
    assert presignlib.cors_rules(origins, ["PUT"]) == told


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("--allow must be of get, head,", ["policy", "s3://bucket", "--allow", "fly"]),
        ("--origin must be", ["cors", "--origin", "a", "--method", "PUT"]),
        ("--method must be of GET,", ["cors", "--origin", "*", "--method", "PATCH"]),
    ],
)
def test_a_policy_that_can_not_be_is_two(
    capsys: pytest.CaptureFixture[str], message: str, arguments: list[str]
) -> None:
    assert 2 == main(arguments)
    assert capsys.readouterr().err.startswith(f"presignlib: {message}")
