"""What presignlib raises and warns of, split by whose fault it is.

Messages read ``field must be RULE, got VALUE`` and never hold a secret, a token, a
header, a query value or a URL: those are named by their field. Errors pickle: all
they are made from is in ``args``, and the text is built when it is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = [
    "ActiveContentWarning",
    "ClientRewriteWarning",
    "CredentialsError",
    "ExpiredCredentialsError",
    "InvalidInputError",
    "NoCredentialsError",
    "NoRegionError",
    "PresignError",
    "PresignWarning",
    "ShortCredentialsWarning",
    "UnsignedHeaderWarning",
]

_PACKAGE = __name__.rpartition(".")[0]  # wherever it is vendored
_LONGEST_VALUE = 60  # characters of a VALUE that a message shows


class PresignError(Exception):
    """The root of all errors that presignlib raises on purpose."""


class InvalidInputError(PresignError, ValueError):
    """An argument is outside what AWS accepts; ``field`` names it.

    ``rule`` says what it has to be; ``got``, where given, is what it was.
    """

    def __init__(self, field: str, rule: str, got: str | None = None) -> None:
        super().__init__(field, rule, got)
        self.field = field
        self.rule = rule
        self.got = got

    def __str__(self) -> str:
        text = f"{self.field} must be {self.rule}"
        return text if self.got is None else f"{text}, got {self.got}"


class NoRegionError(PresignError):
    """No region was given and none was found; ``looked_at`` names the places."""

    def __init__(self, looked_at: Sequence[str], hint: str = "") -> None:
        super().__init__(tuple(looked_at), hint)
        self.looked_at = tuple(looked_at)
        self.hint = hint

    def __str__(self) -> str:
        text = "region must be given, and is never guessed; looked at " + ", ".join(self.looked_at)
        return f"{text}; {self.hint}" if self.hint else text


class CredentialsError(PresignError):
    """Credentials can not be had or used; ``provider`` says whose they are."""

    def __init__(self, message: str, provider: str | None = None) -> None:
        super().__init__(message, provider)
        self.message = message
        self.provider = provider

    def __str__(self) -> str:
        return self.message if self.provider is None else f"{self.provider}: {self.message}"


class NoCredentialsError(CredentialsError):
    """No provider has credentials."""


class ExpiredCredentialsError(CredentialsError):
    """The credentials end, or have ended, before the URL may; ``expires_at`` says when."""

    def __init__(self, message: str, provider: str | None = None, expires_at: datetime | None = None) -> None:
        super().__init__(message, provider)
        self.args = (message, provider, expires_at)
        self.expires_at = expires_at


class PresignWarning(UserWarning):
    """The root of all warnings that presignlib gives."""


class ShortCredentialsWarning(PresignWarning):
    """A URL was made shorter than asked for, because its credentials end sooner."""


class UnsignedHeaderWarning(PresignWarning):
    """A header was left out, because clients or proxies set it themselves."""


class ActiveContentWarning(PresignWarning):
    """A browser will run what it shows: the file can hold scripts."""


class ClientRewriteWarning(PresignWarning):
    """Most clients rewrite a path with this key before they send it, and so break the URL."""


def warn(category: type[PresignWarning], message: str) -> None:
    """Warn at the first frame outside this package, whichever way the call came."""
    import sys
    import warnings

    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")


def shown(value: object) -> str:
    """Return ``value`` as a message shows it: its repr, cut. Never call it for a secret."""
    try:
        text = repr(value) if isinstance(value, (str, int, float)) else type(value).__name__
    except ValueError:  # Python refuses to write integers of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
