"""The shared config and credentials files, and one profile in them, read as botocore reads them.

Values are kept as they are written; who uses one checks it. A file that is replaced
while it is read is read again, so that what is seen is one state of it.

Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files";
botocore/configloader.py for what the guide leaves open: sections of any name in the
credentials file, ``[profile "two words"]``, indented blocks as one level of keys.
"""

from __future__ import annotations

import os

from ..errors import CredentialsError
from .local import named_profile, region_of, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import TypeAlias

    Section: TypeAlias = dict[str, "str | dict[str, str]"]
    Sections: TypeAlias = dict[str, Section]

CONFIG = ("AWS_CONFIG_FILE", "~/.aws/config")
CREDENTIALS = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
_NAME = "shared files"
_READS = 3


class Profile:
    """One profile, as the files are now."""

    def __init__(self, profile: str | None, environ: Mapping[str, str] | None) -> None:
        self._profile = profile
        self._environ = environ
        self._files: Files | None = None

    @property
    def name(self) -> str:
        """What errors call this provider."""
        return f"profile {self._called()}"

    def check_named(self) -> None:
        """Raise CredentialsError where the profile is named and neither file defines it."""
        if self._profile is None and named_profile(variables(self._environ)) is None:
            return  # without a look at the files, for this is asked often
        files = self.files()
        if self._called() not in files.profiles:
            raise self._refused(files.lack())

    def files(self) -> Files:
        """Return both, read again if they have changed."""
        files, environ = self._files, variables(self._environ)
        if files is None or files.stamp != stamp_of(environ):
            files = self._files = Files(environ)
        return files

    def section(self) -> Section:
        """Return the profile's keys and values, merged from both files; empty where undefined."""
        self.check_named()
        return self.files().profiles.get(self._called(), {})

    def value(self, key: str) -> str | None:
        """Return one value of the profile, or None. Raises CredentialsError for a block of them."""
        return self._text(self.section(), key)

    def region(self) -> str | None:
        """Return the region: of the environment, else of the profile."""
        return region_of(variables(self._environ)) or self.value("region") or None

    def endpoint_url(self, service: str) -> str | None:
        """Return the endpoint that the profile names for ``service``, or for all."""
        section = self.section()
        title = self._text(section, "services")
        if title is not None:
            files = self.files()
            services = files.services.get(title)
            if not services:
                raise self._refused(f"names the services section {title!r}, which {files.where[0]} lacks")
            block = services.get(service)
            own = block.get("endpoint_url") if isinstance(block, dict) else None
            if own:
                return own
        return self._text(section, "endpoint_url") or None

    def ignores_endpoints(self, given: str | None) -> bool:
        """Tell whether endpoints count for nothing; ``given`` is what the variable says."""
        text = given or self.value("ignore_configured_endpoint_urls") or ""
        return text.strip().lower() in ("true", "1")

    def _called(self) -> str:
        named = self._profile
        return named if named is not None else named_profile(variables(self._environ)) or "default"

    def _text(self, section: Section, key: str) -> str | None:
        value = section.get(key)
        if isinstance(value, dict):
            raise self._refused(f"{key} has to be one line, not an indented block")
        return value

    def _refused(self, why: str) -> CredentialsError:
        return CredentialsError(why, self.name)


class Files:
    """Both files at one moment. ``profiles`` is merged, the credentials file last.

    ``config`` and ``credentials`` have those of one file each, ``where`` the two places as
    they were named, ``remarks`` what was wrong with a file that was passed over.
    """

    __slots__ = ("config", "credentials", "profiles", "remarks", "services", "sso_sessions", "stamp", "where")

    def __init__(self, environ: Mapping[str, str], path: ModuleType = os.path) -> None:
        self.stamp = stamp_of(environ, path)
        self.where = tuple(environ.get(variable, default) for variable, default in (CONFIG, CREDENTIALS))
        self.remarks: list[str] = []
        self.config: Sections = {}
        self.services: Sections = {}
        self.sso_sessions: Sections = {}
        for title, section in self._sections(located(CONFIG, environ, path)).items():
            self._sort_in(title, section)
        self.credentials = self._sections(located(CREDENTIALS, environ, path))
        self.profiles = {name: dict(section) for name, section in self.config.items()}
        for name, section in self.credentials.items():
            self.profiles.setdefault(name, {}).update(section)

    def lack(self) -> str:
        """Return what is said of a profile that is not there."""
        return "; ".join([f"is not defined in {' nor in '.join(self.where)}", *self.remarks])

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
                words = posix_words(title)
                if len(words) == 2:
                    sections[words[1]] = section
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
    """Return the path of one of the two, with ``~`` and variables filled in."""
    expanded: str = path.expanduser(path.expandvars(environ.get(*file)))
    return expanded


def stamp_of(environ: Mapping[str, str], path: ModuleType = os.path) -> tuple[object, ...]:
    """Return what changes when a file does, or another is named."""
    places = [located(file, environ, path) for file in (CONFIG, CREDENTIALS)]
    return (*places, *[_stamp(place) for place in places])


def parsed(text: str, path: str) -> Sections:
    """Return a file's sections. An error never quotes it."""
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        parser.read_string(text)
    except Error as error:
        errors = getattr(error, "errors", None) or [(None, "")]
        line = getattr(error, "lineno", None) or errors[0][0]
        at = f", line {line}," if line else ""
        raise CredentialsError(f"{path}{at} is malformed ({type(error).__name__})", _NAME) from None
    return {
        title: {name: _value(parser.get(title, name), path) for name in parser.options(title)}
        for title in parser.sections()
    }


def posix_words(text: str) -> list[str]:
    """Return the words of a text as a POSIX shell would split it; none for open quotes."""
    from shlex import split

    try:
        return split(text)
    except ValueError:
        return []


def _value(text: str, path: str) -> str | dict[str, str]:
    # What begins on the next line is a block of keys of its own.
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


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        return _mark(os.stat(path))
    except OSError:
        return None


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_size, status.st_ino
