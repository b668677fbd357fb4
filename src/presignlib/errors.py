"""What presignlib raises and warns of, split by whose fault it is.

Messages never hold a secret, a token, a header, a query value or a URL: those are named
by their field. Errors pickle: all they are made from is in ``args``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .reports import URLInfo

__all__ = [
    "ActiveContentWarning",
    "BlockingFetchWarning",
    "ClientRewriteWarning",
    "CredentialsError",
    "ExpiredCredentialsError",
    "ExpiredURLError",
    "InvalidInputError",
    "MalformedURLError",
    "NoCredentialsError",
    "NoRegionError",
    "NotYetValidError",
    "PresignError",
    "PresignWarning",
    "RefreshFailedWarning",
    "ShortCredentialsWarning",
    "SignatureMismatchError",
    "UnsignedHeaderWarning",
    "VerificationError",
]

_PACKAGE = __name__.rpartition(".")[0]  # wherever it is vendored
_LONGEST_VALUE = 60  # characters of a VALUE that a message shows


class PresignError(Exception):
    """The root of all errors that presignlib raises on purpose."""


class InvalidInputError(PresignError, ValueError):
    """The argument ``field`` is outside what AWS accepts: ``rule``, and not ``got`` as it was."""

    def __init__(self, field: str, rule: str, got: str | None = None) -> None:
        super().__init__(field, rule, got)
        self.field = field
        self.rule = rule
        self.got = got

    def __str__(self) -> str:
        text = f"{self.field} must be {self.rule}"
        return text if self.got is None else f"{text}, got {self.got}"


class MalformedURLError(InvalidInputError):
    """A URL can not be read: it is cut, wrapped, escaped twice, or no URL at all."""


class NoRegionError(PresignError):
    """No region was given and none was found; ``looked_at`` names the places."""

    def __init__(self, looked_at: Sequence[str], hint: str = "") -> None:
        self.looked_at = tuple(looked_at)
        self.hint = hint
        super().__init__(self.looked_at, hint)

    def __str__(self) -> str:
        text = "region must be given, and is never guessed; looked at " + ", ".join(self.looked_at)
        return f"{text}; {self.hint}" if self.hint else text


class CredentialsError(PresignError):
    """Credentials of ``provider`` can not be had or used; ``tried`` has what those before it said."""

    tried: tuple[str, ...] = ()

    def __init__(self, message: str, provider: str | None = None) -> None:
        super().__init__(message, provider)
        self.message = message
        self.provider = provider

    def __str__(self) -> str:
        text = self.message if self.provider is None else f"{self.provider}: {self.message}"
        return f"{text}; asked before: {'; '.join(self.tried)}" if self.tried else text


class Blaming:
    """In a ``with``: what is refused becomes a CredentialsError of ``provider``, after ``before``."""

    def __init__(self, provider: str, before: str = "") -> None:
        self.provider = provider
        self.before = before

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, PresignError) and not isinstance(error, CredentialsError):
            raise CredentialsError(f"{self.before}{error}", self.provider) from None


class NoCredentialsError(CredentialsError):
    """No provider has credentials."""


class ExpiredCredentialsError(CredentialsError):
    """The credentials end, or have ended, before the URL may; ``expires_at`` says when."""

    def __init__(self, message: str, provider: str | None = None, expires_at: datetime | None = None) -> None:
        super().__init__(message, provider)
        self.args = (message, provider, expires_at)
        self.expires_at = expires_at


class VerificationError(PresignError):
    """A URL is refused; ``inspection`` is what can be read from it without the secret.

    Whether the access key id is known never shows.
    """

    def __init__(self, message: str, inspection: URLInfo | None = None) -> None:
        super().__init__(message, inspection)
        self.message = message
        self.inspection = inspection

    def __str__(self) -> str:
        return self.message


class SignatureMismatchError(VerificationError):
    """The signature is not that of this request, or the access key id is not known."""


class ExpiredURLError(VerificationError):
    """The URL, or the credentials that signed it, ended at ``expires_at``."""

    def __init__(
        self, message: str, inspection: URLInfo | None = None, expires_at: datetime | None = None
    ) -> None:
        super().__init__(message, inspection)
        self.args = (message, inspection, expires_at)
        self.expires_at = expires_at


class NotYetValidError(VerificationError):
    """The URL was signed in the future, by more than the skew that is allowed."""


class PresignWarning(UserWarning):
    """The root of all warnings that presignlib gives."""


class ShortCredentialsWarning(PresignWarning):
    """A URL was made shorter than asked for, because its credentials end sooner."""


class RefreshFailedWarning(PresignWarning):
    """Credentials could not be renewed; those at hand go on until they end."""


class BlockingFetchWarning(PresignWarning):
    """Credentials were fetched inside a running event loop, and all of it waited."""


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
