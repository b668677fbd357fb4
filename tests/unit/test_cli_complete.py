"""Completions, asked of real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from presignlib.cli import _COMMANDS, _STEPS, main
from tests.absent import not_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BASH = """
eval "$SCRIPT"
COMP_WORDS=(presignlib "$@")
COMP_CWORD=$#
_presignlib
printf '%s\\n' "${COMPREPLY[@]}"
"""
# compadd works inside of zsh's line editor alone, so what it is given is looked at.
_ZSH = """
compdef() { :; }
compadd() { shift; print -l -- "$@"; }
_files() { :; }
eval "$SCRIPT"
words=(presignlib "$@")
CURRENT=$((# + 1))
_presignlib
"""
_FISH = """
echo $SCRIPT | source
complete -C "presignlib $argv"
"""
SHELLS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@pytest.fixture(params=SHELLS)
def complete(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., set[str]]:
    """Return a function that gives what a shell would offer for the last of some words."""
    shell: str = request.param
    assert 0 == main(["completions", shell])
    environment = {**os.environ, "SCRIPT": capsys.readouterr().out, "HOME": str(tmp_path)}
    program = shutil.which(shell)
    if program is None:
        not_run(f"no completion was tried in {shell}, which is not on this machine")

    def offered(*words: str) -> set[str]:
        quiet = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
        arguments = [" ".join(words)] if shell == "fish" else ["_", *words]
        done = subprocess.run(
            [program, *quiet, "-c", SHELLS[shell], *arguments],
            env=environment,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=60,
        )
        assert "" == done.stderr
        lines = {line.partition("\t")[0] for line in done.stdout.splitlines() if line}
        return {line for line in lines if line.startswith(words[-1])}

    return offered


def test_commands_come_first(complete: Callable[..., set[str]]) -> None:
    assert _COMMANDS.keys() <= complete("")
    assert {"delete"} == complete("del")


def test_each_command_has_its_own_options(complete: Callable[..., set[str]]) -> None:
    assert {"--download-as"} == complete("get", "s3://b/k", "--do")
    assert set() == complete("put", "s3://b/k", "--do")
    assert {"--download-as"} == complete("get", "--request-payer", "--do")
    assert {"--no-dualstack", "--no-fips", "--no-overwrite"} <= complete("put", "s3://b/k", "--no-")


def test_choices_of_an_option_are_offered_behind_it(complete: Callable[..., set[str]]) -> None:
    assert {"json"} == complete("get", "s3://b/k", "-o", "j")
    assert {"virtual"} == complete("get", "--addressing-style", "v")
    assert {"url", "json", "curl", "fetch", "html"} == complete("post", "--output", "")


def test_an_upload_in_parts_has_steps_and_these_have_options(complete: Callable[..., set[str]]) -> None:
    assert {*_STEPS} == complete("multipart", "") - {"--help", "-h"}
    assert {"--upload-id"} == complete("multipart", "abort", "s3://b/k", "--up")
    assert set() == complete("multipart", "create", "s3://b/k", "--up")


def test_shells_are_offered_for_completions(complete: Callable[..., set[str]]) -> None:
    assert {"bash", "zsh", "fish"} == complete("completions", "") - {"--help", "-h"}


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["completions", "tcsh"])
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err
