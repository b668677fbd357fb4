"""Credentials that a command prints, as ``credential_process`` in a profile names one."""

from __future__ import annotations

import sys

from ..errors import CredentialsError, InvalidInputError
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ..credentials import Credentials

    Run = Callable[[Sequence[str], float], tuple[int, bytes]]

__all__ = ["ProcessProvider"]

_FIELDS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class ProcessProvider(Refreshing):
    """What ``command`` prints: a JSON object of version 1.

    A ``str`` is split in words as the platform does; no shell sees it. The command has
    ``timeout`` seconds, and what it writes to stderr goes to ours: it may have to say
    something to whoever waits. ``run`` stands in for running it: words and timeout in,
    exit code and output out.

    Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
    """

    name = "credential_process"

    def __init__(
        self,
        command: str | Sequence[str],
        *,
        timeout: float = 60,
        run: Run | None = None,
        platform: str = sys.platform,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock)
        if isinstance(command, str):
            words = windows_words(command) if platform == "win32" else posix_words(command)
        else:
            words = list(command)
        if not words:
            raise InvalidInputError("command", "at least the name of a program, with its quotes closed")
        self._words = words
        self._timeout = timeout
        self._run = run

    def _fetch(self) -> Credentials:
        from json import loads

        from ._documents import credentials_from

        self._tell_of_loop()
        code, output = (self._ran if self._run is None else self._run)(self._words, self._timeout)
        if code != 0:
            raise CredentialsError(f"the command ended with exit code {code}", self.name)
        try:
            document = loads(output.decode())
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise CredentialsError("the command has to print JSON, and does not", self.name) from None
        version = document.get("Version") if isinstance(document, dict) else 1
        if version != 1 or isinstance(version, bool):
            raise CredentialsError('the command has to print "Version": 1, the only one there is', self.name)
        return credentials_from(self.name, document, _FIELDS, place="the command's output")

    def _ran(self, words: Sequence[str], timeout: float) -> tuple[int, bytes]:
        import subprocess

        try:
            # stderr is inherited, stdin too: a command may ask for a code.
            done = subprocess.run(words, stdout=subprocess.PIPE, timeout=timeout, check=False)  # noqa: S603 - the user's own
        except subprocess.TimeoutExpired:
            raise CredentialsError(f"the command did not end within {timeout:g} seconds", self.name) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a command"
            raise CredentialsError(f"the command can not be run ({reason})", self.name) from None
        return done.returncode, done.stdout


def posix_words(command: str) -> list[str]:
    """Return the words of a command as a POSIX shell would split it; none for open quotes."""
    from shlex import split

    try:
        return split(command)
    except ValueError:
        return []


def windows_words(command: str) -> list[str]:
    """Return the words of a command as Windows' C runtime splits it; none for open quotes.

    Backslashes count only before a double quote: two are one, and an odd one makes the
    quote a character. Source: Microsoft, "Parsing C command-line arguments".
    """
    words: list[str] = []
    word: list[str] | None = None
    quoted, slashes = False, 0
    for char in command + " ":
        if char == "\\":
            slashes += 1
            continue
        if char == '"':
            word = (word or []) + ["\\" * (slashes // 2)]
            if slashes % 2:
                word.append('"')
            else:
                quoted = not quoted
        elif slashes:
            word = (word or []) + ["\\" * slashes]
        slashes = 0
        if char in " \t" and not quoted:
            if word is not None:
                words.append("".join(word))
            word = None
        elif char != '"':
            word = (word or []) + [char]
    return [] if quoted else words
