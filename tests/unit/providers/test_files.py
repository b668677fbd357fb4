from __future__ import annotations

import ntpath
import os
from typing import TYPE_CHECKING

import pytest

from presignlib import CredentialsError
from presignlib.providers import _files
from presignlib.providers._files import CONFIG, CREDENTIALS, Files, located, parsed, stamp_of

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path, config: str | bytes | None = None, credentials: str | bytes | None = None) -> Files:
    for name, text in (("config", config), ("credentials", credentials)):
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return Files({CONFIG[0]: str(folder / "config"), CREDENTIALS[0]: str(folder / "credentials")})


def test_profiles_of_both_files_are_merged_the_credentials_file_last(tmp_path: Path) -> None:
    both = files(
        tmp_path,
        "[default]\na=1\n[profile dev]\na=2\nb=3\n[dev]\na=9\n",
        "[dev]\nb=4\n[profile dev]\nc=5\n",
    )
    assert {"default": {"a": "1"}, "dev": {"a": "2", "b": "4"}, "profile dev": {"c": "5"}} == both.profiles
    assert {"default": {"a": "1"}, "dev": {"a": "2", "b": "3"}} == both.config


def test_files_that_are_not_there_are_empty(tmp_path: Path) -> None:
    assert {} == files(tmp_path).profiles


def test_other_sections_stand_apart(tmp_path: Path) -> None:
    both = files(
        tmp_path, "[sso-session corp]\nr=1\n[services s]\ns3 =\n  endpoint_url = x\n\n  a=b\n[preview]\nc=1\n"
    )
    assert {"corp": {"r": "1"}} == both.sso_sessions
    assert {"s": {"s3": {"endpoint_url": "x", "a": "b"}}} == both.services
    assert {} == both.profiles


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_are_read(tmp_path: Path, end: str) -> None:
    text = end.join(["[default]", "a = 1", "s3 =", "  b = 2", ""])
    assert {"default": {"a": "1", "s3": {"b": "2"}}} == files(tmp_path, text).profiles


def test_a_byte_order_mark_is_no_part_of_a_section(tmp_path: Path) -> None:
    assert {"default": {"a": "1"}} == files(tmp_path, "\ufeff[default]\na=1\n").profiles


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("stray = 1\n", "line 1, is malformed .MissingSectionHeaderError"),
        ("[default]\ncanary\n", "line 2, is malformed .ParsingError"),
        ("[a]\n[a]\n", "line 2, is malformed .DuplicateSectionError"),
        ("[a]\nb=1\nb=2\n", "line 3, is malformed .DuplicateOptionError"),
        ("[a]\ns3 =\n  canary\n", "an indented line has no '='"),
    ],
)
def test_a_malformed_file_is_named_with_its_line_and_without_its_text(text: str, why: str) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        parsed(text, "/home/me/.aws/config")
    assert "/home/me/.aws/config" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_an_error_that_names_no_line_is_told_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import configparser

    def refuse(self: object, text: str) -> None:
        raise configparser.Error

    monkeypatch.setattr(configparser.RawConfigParser, "read_string", refuse)
    with pytest.raises(CredentialsError, match=r"shared files: /c is malformed \(Error\)"):
        parsed("", "/c")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="has to be UTF-8"):
        files(tmp_path, b"[default]\na = \xff\n")


def test_a_file_that_can_not_be_read_is_passed_over_with_a_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_files, "_read", refuse)
    both = files(tmp_path, "[default]\n")
    assert {} == both.profiles
    assert [f"{tmp_path / 'config'} can not be read (Permission denied)"] == both.remarks


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    new.write_text("[default]\na = new\n")
    looks = iter([None, lambda: new.replace(tmp_path / "config")])
    real = os.fstat

    def fstat(handle: int) -> os.stat_result:
        replace = next(looks, None)
        if replace is not None:
            replace()
        return real(handle)

    monkeypatch.setattr(os, "fstat", fstat)
    assert {"default": {"a": "new"}} == files(tmp_path, "[default]\na = old\n").profiles


def test_a_file_that_never_rests_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = iter(range(100))
    monkeypatch.setattr(_files, "_mark", lambda _: (next(marks), 0, 0))
    assert {"default": {"a": "1"}} == files(tmp_path, "[default]\na=1\n").profiles


def test_a_section_title_with_open_quotes_is_no_profile(tmp_path: Path) -> None:
    assert {} == files(tmp_path, '[profile "dev]\na=1\n[profile a b]\na=1\n').profiles


def test_the_stamp_changes_with_a_file_and_with_its_place(tmp_path: Path) -> None:
    both = files(tmp_path, "[default]\n")
    environ = {CONFIG[0]: str(tmp_path / "config"), CREDENTIALS[0]: str(tmp_path / "credentials")}
    assert both.stamp == stamp_of(environ)
    (tmp_path / "credentials").write_text("[a]\n")
    assert both.stamp != stamp_of(environ)
    assert stamp_of({**environ, CONFIG[0]: "/other"}) != stamp_of(environ)


def test_home_and_variables_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("PLACE", "elsewhere")
    assert located(CONFIG, {}) == "/home/me/.aws/config"
    assert located(CONFIG, {CONFIG[0]: "~/$PLACE/config"}) == "/home/me/elsewhere/config"


def test_on_windows_the_home_is_the_users_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERPROFILE", r"C:\Users\Me")
    monkeypatch.setenv("APPDATA", r"C:\Users\Me\AppData")
    assert located(CONFIG, {}, ntpath) == r"C:\Users\Me/.aws/config"
    assert located(CREDENTIALS, {CREDENTIALS[0]: r"%APPDATA%\aws"}, ntpath) == r"C:\Users\Me\AppData\aws"
