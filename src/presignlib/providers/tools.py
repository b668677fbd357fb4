"""Credentials by way of another program: one that prints them, or one that somebody signed in with."""

from __future__ import annotations

import os
import sys

from .._partitions import partition_of
from ..errors import Blaming, CredentialsError, ExpiredCredentialsError, InvalidInputError
from ..request import checked_label
from ..sigv4 import encode_query, joined
from ._files import posix_words
from ._refresh import Refreshing, credentials_from, instant, is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ..credentials import Credentials
    from ._http import Transport

    Run = Callable[[Sequence[str], float], tuple[int, bytes]]

_CACHE = os.path.join("~", ".aws", "sso", "cache")


class ProcessProvider(Refreshing):
    """What ``command`` prints: a JSON object of version 1.

    A ``str`` is split in words as the platform does; no shell sees it. It has ``timeout``
    seconds, and stderr is ours: it may have to say something to whoever waits. ``run``
    stands in for running it: words and timeout in, exit code and output out.

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
        self._tell_of_loop()
        code, output = (self._ran if self._run is None else self._run)(self._words, self._timeout)
        if code != 0:
            raise CredentialsError(f"the command ended with exit code {code}", self.name)
        try:
            document = _json(output)
        except ValueError:
            raise CredentialsError("the command has to print JSON, and does not", self.name) from None
        version = document.get("Version") if isinstance(document, dict) else 1
        if version != 1 or isinstance(version, bool):
            raise CredentialsError('the command has to print "Version": 1, the only one there is', self.name)
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
        return credentials_from(self.name, document, names, place="the command's output")

    def _ran(self, words: Sequence[str], timeout: float) -> tuple[int, bytes]:
        import subprocess

        try:
            # stdin is inherited too: a command may ask for a code.
            done = subprocess.run(words, stdout=subprocess.PIPE, timeout=timeout, check=False)  # noqa: S603 - the user's own
        except subprocess.TimeoutExpired:
            raise CredentialsError(f"the command did not end within {timeout:g} seconds", self.name) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a command"
            raise CredentialsError(f"the command can not be run ({reason})", self.name) from None
        return done.returncode, done.stdout


class SSOProvider(Refreshing):
    """The role ``role_name`` of ``account_id``, for who is signed in at ``start_url``.

    ``session`` is the name of an ``[sso-session]`` section, where there is one: the token
    that ``aws sso login`` got is then cached by that name. The token itself is never
    renewed here; ``login`` is the command that an error tells to run.

    Source: IAM Identity Center Portal API Reference, "GetRoleCredentials".
    """

    def __init__(
        self,
        *,
        start_url: str,
        region: str,
        account_id: str,
        role_name: str,
        session: str | None = None,
        login: str = "aws sso login",
        cache_directory: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock, transport)
        self.name = f"sso {role_name}"
        self._region = region
        self._role = [("role_name", role_name), ("account_id", account_id)]
        self._cached_as = session or start_url
        self._login = login
        self._cache_directory = cache_directory

    def _fetch(self) -> Credentials:
        headers = {"x-amz-sso_bearer_token": self._token()}
        with Blaming(self.name):
            suffix = partition_of(checked_label("sso_region", self._region)).dns_suffix
        query = joined(encode_query(self._role))
        url = f"https://portal.sso.{self._region}.{suffix}/federation/credentials?{query}"
        answer = self._get("the portal", url, headers)
        if answer.status == 401:
            raise self._ended("is no longer accepted")
        if answer.status != 200:
            hint = "; is the role assigned to you in that account?" if answer.status in (403, 404) else ""
            raise CredentialsError(f"the portal answered {answer.status}{hint}", self.name)
        names = ("accessKeyId", "secretAccessKey", "sessionToken", "expiration")
        return self._read("the portal", answer, names, "roleCredentials")

    def _token(self) -> str:
        try:
            with open(self._path(), "rb") as file:
                document = _json(file.read())
        except OSError:
            raise self._ended("is not in the cache") from None
        except ValueError:
            raise self._ended("is in the cache, in a file that is no JSON") from None
        fields = document if isinstance(document, dict) else {}
        token, until = fields.get("accessToken"), fields.get("expiresAt")
        if not is_plain(token):
            raise self._ended("is not in its cache file")
        try:
            ends = instant("expiresAt", until if isinstance(until, str) else "")
        except InvalidInputError:
            raise self._ended("has no end in its cache file") from None
        if ends.timestamp() <= self._now():
            raise self._ended(f"has ended at {ends:%Y-%m-%d %H:%M:%S}", ends)
        return token

    def _path(self) -> str:
        from hashlib import sha1

        # The AWS CLI's name of the file, no protection.
        name = sha1(self._cached_as.encode(), usedforsecurity=False).hexdigest()
        return os.path.join(os.path.expanduser(self._cache_directory or _CACHE), f"{name}.json")

    def _ended(self, what: str, ends: datetime | None = None) -> ExpiredCredentialsError:
        return ExpiredCredentialsError(f"the sign-in token {what}; run: {self._login}", self.name, ends)


def _json(raw: bytes) -> object:
    """Return what JSON says. Raises ValueError, of which UnicodeDecodeError is one."""
    from json import loads

    try:
        return loads(raw.decode())
    except RecursionError:
        raise ValueError from None


def windows_words(command: str) -> list[str]:
    """Return the words of a command as Windows' C runtime splits it; none for open quotes.

    Backslashes count only before a double quote: two are one, and an odd one makes the
    quote a character. Source: Microsoft, "Parsing C command-line arguments".
    """
    from re import findall

    words: list[str] = []
    word: str | None = None
    quoted = False
    for part in findall(r'\\*"|\\+|[ \t]+|[^\\" \t]+', command + " "):
        if part[-1] == '"':
            pairs, odd = divmod(len(part) - 1, 2)
            word = (word or "") + "\\" * pairs + '"' * odd
            quoted ^= not odd
        elif part[0] in " \t" and not quoted:
            words += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + part
    return [] if quoted else words
