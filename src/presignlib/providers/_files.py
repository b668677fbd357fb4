"""The shared config and credentials files, read as botocore reads them.

Values are kept as they are written; who uses one checks it. A file that is replaced
while it is read is read again, so that what is seen is one state of it.

Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files";
botocore/configloader.py for what the guide leaves open: sections of any name in the
credentials file, ``[profile "two words"]``, indented blocks as one level of keys.
"""

from __future__ import annotations

import os

from ..errors import CredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import TypeAlias

    Section: TypeAlias = dict[str, "str | dict[str, str]"]
    Sections: TypeAlias = dict[str, Section]
    Stamp: TypeAlias = tuple[int, int, int] | None

CONFIG = ("AWS_CONFIG_FILE", "~/.aws/config")
CREDENTIALS = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # in botocore's order
_NAME = "shared files"
_READS = 3


class Files:
    """Both files at one moment. ``profiles`` is merged, the credentials file last.

    ``config`` and ``credentials`` have the profiles of one file each, ``where`` the two
    places for messages and ``remarks`` what was wrong with a file that was passed over.
    """

    __slots__ = ("config", "credentials", "profiles", "remarks", "services", "sso_sessions", "stamp", "where")

    def __init__(self, environ: Mapping[str, str], path: ModuleType = os.path) -> None:
        self.stamp = stamp_of(environ, path)
        self.remarks: list[str] = []
        config = self._sections(located(CONFIG, environ, path))
        self.config: Sections = {}
        self.services: Sections = {}
        self.sso_sessions: Sections = {}
        for title, section in config.items():
            self._sort_in(title, section)
        self.credentials = self._sections(located(CREDENTIALS, environ, path))
        self.profiles = {name: dict(section) for name, section in self.config.items()}
        for name, section in self.credentials.items():
            self.profiles.setdefault(name, {}).update(section)
        self.where = tuple(environ.get(variable, default) for variable, default in (CONFIG, CREDENTIALS))

    def _sort_in(self, title: str, section: Section) -> None:
        if title == "default":
            self.config[title] = section
            return
        # By the beginning alone, as botocore does: what does not split in two counts for nothing.
        for beginning, sections in (
            ("profile", self.config),
            ("sso-session", self.sso_sessions),
            ("services", self.services),
        ):
            if title.startswith(beginning):
                parts = _words(title)
                if len(parts) == 2:
                    sections[parts[1]] = section
                return

    def _sections(self, path: str) -> Sections:
        if not os.path.isfile(path):
            return {}
        try:
            text = _read(path)
        except OSError as error:
            self.remarks.append(f"{path} can not be read ({error.strerror})")
            return {}
        except UnicodeDecodeError:
            raise CredentialsError(f"{path} has to be UTF-8, and is not", _NAME) from None
        return parsed(text, path)


def located(file: tuple[str, str], environ: Mapping[str, str], path: ModuleType = os.path) -> str:
    """Return the path of one of the two files, with ``~`` and variables filled in."""
    variable, default = file
    expanded: str = path.expanduser(path.expandvars(environ.get(variable, default)))
    return expanded


def stamp_of(environ: Mapping[str, str], path: ModuleType = os.path) -> tuple[object, ...]:
    """Return what changes when a file does, or another is named."""
    places = [located(file, environ, path) for file in (CONFIG, CREDENTIALS)]
    return (*places, *[_stamp(place) for place in places])


def parsed(text: str, path: str) -> Sections:
    """Return the sections of a file's text. Raises CredentialsError, without a line of it."""
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        parser.read_string(text)
    except Error as error:
        line = getattr(error, "lineno", None) or _first_line(error)
        at = f", line {line}," if line else ""
        raise CredentialsError(f"{path}{at} is malformed ({type(error).__name__})", _NAME) from None
    return {
        title: {name: _value(parser.get(title, name), path) for name in parser.options(title)}
        for title in parser.sections()
    }


def _value(text: str, path: str) -> str | dict[str, str]:
    """Return a value; one that begins on the next line is a block of keys of its own."""
    if not text.startswith("\n"):
        return text
    block = {}
    for line in text.splitlines():
        if line.strip():
            name, equals, value = line.partition("=")
            if not equals:
                raise CredentialsError(f"{path} is malformed: an indented line has no '='", _NAME)
            block[name.strip()] = value.strip()
    return block


def _read(path: str) -> str:
    """Return the text of a file, of one state of it if it is being replaced."""
    raw = b""
    for _ in range(_READS):
        with open(path, "rb") as file:
            before = _mark(os.fstat(file.fileno()))
            raw = file.read()
            after = _mark(os.fstat(file.fileno()))
        if before == after == _stamp(path):
            break
    # Notepad begins a file with a byte order mark; line ends are anyone's.
    return "\n".join(raw.decode("utf-8-sig").replace("\r\n", "\n").split("\r"))


def _stamp(path: str) -> Stamp:
    try:
        return _mark(os.stat(path))
    except OSError:
        return None


def _mark(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _first_line(error: Exception) -> int | None:
    errors = getattr(error, "errors", None)
    return errors[0][0] if errors else None


def _words(title: str) -> list[str]:
    from shlex import split

    try:
        return split(title)
    except ValueError:
        return []
