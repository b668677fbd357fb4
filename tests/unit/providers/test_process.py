from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from presignlib import Credentials, CredentialsError, InvalidInputError
from presignlib.providers import ProcessProvider
from presignlib.providers.tools import windows_words

from .fakes import NOON, Clock, iso

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = {"Version": 1, "AccessKeyId": "AKIA1", "SecretAccessKey": "s"}


def run(output: object, code: int = 0) -> ProcessProvider:
    raw = output if isinstance(output, bytes) else json.dumps(output).encode()
    return ProcessProvider("tool", run=lambda _words, _seconds: (code, raw), clock=Clock())


def test_what_a_command_prints_are_credentials() -> None:
    assert Credentials("AKIA1", "s") == run(GOOD).load()


def test_token_and_end_are_taken_along() -> None:
    output = {**GOOD, "SessionToken": "t", "Expiration": iso(NOON + timedelta(hours=1))}
    assert Credentials("AKIA1", "s", "t", expires_at=NOON + timedelta(hours=1)) == run(output).load()


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (b"canary", "the command has to print JSON"),
        (b"\xff", "the command has to print JSON"),
        (b"", "the command has to print JSON"),
        (b"[" * 100_000, "the command has to print JSON"),
        ([], "has to be a JSON object"),
        ({**GOOD, "Version": 2}, 'has to print "Version": 1'),
        ({**GOOD, "Version": "1"}, 'has to print "Version": 1'),
        ({**GOOD, "Version": True}, 'has to print "Version": 1'),
        ({"Version": 1, "AccessKeyId": "canary"}, "lacks SecretAccessKey"),
    ],
)
def test_output_that_is_none_of_version_1_is_refused(output: object, why: str) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        run(output).load()
    assert "canary" not in str(caught.value)


def test_an_exit_code_is_told() -> None:
    with pytest.raises(CredentialsError, match="credential_process: the command ended with exit code 7"):
        run(GOOD, code=7).load()


def test_a_command_is_run_without_a_shell() -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1])",
        json.dumps({**GOOD, "SecretAccessKey": "$HOME;"}),
    ]
    assert ProcessProvider(command).load().secret_access_key == "$HOME;"


def test_what_a_command_says_on_stderr_passes_through(capfd: pytest.CaptureFixture[str]) -> None:
    program = f"import sys; print('touch your key', file=sys.stderr); print({json.dumps(GOOD)!r})"
    ProcessProvider([sys.executable, "-c", program]).load()
    assert capfd.readouterr().err == "touch your key\n"


def test_a_command_that_does_not_end_is_ended() -> None:
    with pytest.raises(CredentialsError, match=r"did not end within 0\.2 seconds"):
        ProcessProvider([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2).load()


@pytest.mark.parametrize(("command", "why"), [("/gone/tool", "No such file"), (["a\0b"], "not a command")])
def test_a_command_that_can_not_be_run_is_told_with_the_reason(
    command: str | Sequence[str], why: str
) -> None:
    with pytest.raises(CredentialsError, match=why):
        ProcessProvider(command).load()


def test_a_command_is_killed_mid_answer() -> None:
    program = "import os, sys; print('{\"Version\": 1,', flush=True); os.kill(os.getpid(), 9)"
    with pytest.raises(CredentialsError, match="exit code -9"):
        ProcessProvider([sys.executable, "-c", program]).load()


def test_words_are_split_as_the_platform_does() -> None:
    command = r'"C:\Program Files\tool.exe" --name "a b" \"q\"'
    assert [r"C:\Program Files\tool.exe", "--name", "a b", '"q"'] == ProcessProvider(
        command, platform="win32"
    )._words
    assert [r"C:\Program Files\tool.exe", "--name", "a b", '"q"'] == ProcessProvider(
        command, platform="linux"
    )._words
    assert [r"C:\tool.exe"] == ProcessProvider(r"C:\tool.exe", platform="win32")._words
    assert ["C:tool.exe"] == ProcessProvider(r"C:\tool.exe", platform="darwin")._words


@pytest.mark.parametrize(
    ("command", "platform"), [("", "linux"), ("a 'b", "linux"), ('a "b', "win32"), ([], "linux")]
)
def test_a_command_without_words_is_refused(command: str | Sequence[str], platform: str) -> None:
    with pytest.raises(InvalidInputError, match="command must be at least the name of a program"):
        ProcessProvider(command, platform=platform)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", []),
        (" a\tb  c ", ["a", "b", "c"]),
        ('""', [""]),
        ('a"b c"d', ["ab cd"]),
        (r"a\b\\c", [r"a\b\\c"]),
        (r"\\server\share\tool.exe x", [r"\\server\share\tool.exe", "x"]),
        (r'"a\\" b', ["a\\", "b"]),
        (r'"a\\\"b"', [r"a\"b"]),
        ("a\\ b\\", ["a\\", "b\\"]),
    ],
)
def test_windows_words_follow_its_c_runtime(command: str, words: list[str]) -> None:
    assert words == windows_words(command)
