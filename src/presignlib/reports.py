"""What inspecting and diagnosing give back: a URL as data, and the reasons of a refusal.

Both are plain values that pickle. Neither holds a signature or a token.
"""

from __future__ import annotations

from ._clock import utc_now
from ._time import as_datetime, instant_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any, Literal

    AddressingStyle = Literal["virtual", "path"]

__all__ = ["Diagnosis", "Finding", "URLInfo"]


class URLInfo:
    """What a presigned URL says, read without any secret.

    A part that the URL lacks, or that can not be read, is None; ``problems`` has a
    sentence for each thing that is wrong with it, and is empty where nothing is.
    """

    algorithm: str | None = None
    """``AWS4-HMAC-SHA256``, ``AWS4-ECDSA-P256-SHA256`` (SigV4a) or ``SigV2``."""
    access_key_id: str | None = None
    date: str | None = None
    """The credential scope's day, ``YYYYMMDD``."""
    region: str | None = None
    region_set: tuple[str, ...] | None = None
    """The regions of a SigV4a URL, wildcards as they are."""
    service: str | None = None
    expires: int | None = None
    """``X-Amz-Expires`` in seconds."""
    signed_headers: tuple[str, ...] = ()
    has_token: bool = False
    scheme: str | None = None
    """Lower case; None where the URL was given as path and query."""
    host: str | None = None
    """``host[:port]`` as the ``Host`` header has it: lower case, no default port."""
    bucket: str | None = None
    """The bucket that the address leads to, or the access point's ARN; of one for many regions the alias."""
    key: str | None = None
    addressing_style: AddressingStyle | None = None
    query: tuple[tuple[str, str], ...] = ()
    """The decoded parameters that are the request's own, in the order they are written."""
    problems: tuple[str, ...] = ()
    policy: Mapping[str, Any] | None = None
    """The decoded document of a POST policy; None for URLs."""
    # Instants, in seconds since 1970.
    _signed: int | None = None
    _ends: int | None = None
    _now: float | None = None

    def __init__(self, **parts: Any) -> None:
        self.__dict__ = parts

    @property
    def signed_at(self) -> datetime | None:
        """The time in ``X-Amz-Date``, UTC."""
        return None if self._signed is None else as_datetime(self._signed)

    @property
    def expires_at(self) -> datetime | None:
        """When the URL dies by its own life, UTC; its credentials may end sooner."""
        return None if self._ends is None else as_datetime(self._ends)

    def is_expired(self, now: datetime | None = None) -> bool:
        """Tell whether the URL is dead at ``now``, or by the time it was inspected with.

        Without either this machine's clock is read. A URL whose end can not be read is
        not expired: it is broken, and ``problems`` says how.
        """
        if self._ends is None:
            return False
        if now is not None:
            return instant_of("now", now) >= self._ends
        return (utc_now() if self._now is None else self._now) >= self._ends

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data for JSON; instants are ISO 8601 in UTC."""
        names = [name for name in URLInfo.__annotations__ if not name.startswith("_")]
        data: dict[str, Any] = {name: getattr(self, name) for name in names}
        for name in ("region_set", "signed_headers", "problems"):
            data[name] = None if data[name] is None else list(data[name])
        data["query"] = [list(pair) for pair in self.query]
        for name, when in (("signed_at", self.signed_at), ("expires_at", self.expires_at)):
            data[name] = None if when is None else when.isoformat()
        data["is_expired"] = self.is_expired()
        return data

    def __repr__(self) -> str:
        place = self.bucket if self.key is None else f"{self.bucket}/{self.key}"
        where = self.host if self.bucket is None else place
        until = f", until {self.expires_at:%Y-%m-%d %H:%M:%S} UTC" if self.expires_at else ""
        wrong = f", {len(self.problems)} wrong" if self.problems else ""
        return f"<URLInfo {self.algorithm} {where!r}{until}{wrong}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, URLInfo):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in URLInfo.__annotations__)

    __hash__ = None  # type: ignore[assignment]  # it may hold a policy, which has no hash


class Finding:
    """One possible reason of a refusal: ``code``, one sentence, what to do, and evidence.

    ``diff`` has the lines of the canonical request as signed (``- ``), as the server saw
    it (``+ ``) and those that agree (two blanks); it is empty where neither is known.
    """

    __slots__ = ("cause", "code", "diff", "fix")

    def __init__(self, code: str, cause: str, fix: str, diff: tuple[str, ...] = ()) -> None:
        self.code = code
        self.cause = cause
        self.fix = fix
        self.diff = diff

    def __repr__(self) -> str:
        return f"<Finding {self.code}: {self.cause}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data for JSON."""
        return {"code": self.code, "cause": self.cause, "fix": self.fix, "diff": list(self.diff)}


class Diagnosis:
    """Why a request was refused, the likeliest reason first; printing it gives a short report.

    ``code``, ``cause``, ``fix`` and ``diff`` are those of the first of ``findings``.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        best = findings[0]
        self.code, self.cause, self.fix, self.diff = best.code, best.cause, best.fix, best.diff

    def to_dict(self) -> dict[str, Any]:
        """Return the best finding, and all of them, as plain data for JSON."""
        return {**self.findings[0].to_dict(), "findings": [finding.to_dict() for finding in self.findings]}

    def __str__(self) -> str:
        best, *others = self.findings
        lines = [f"{best.code}: {best.cause}", f"  Fix: {best.fix}"]
        if best.diff:
            lines += ["  The request as it was signed (-) and as the server saw it (+):"]
            lines += ["    " + line for line in best.diff]
        if others:
            lines += ["Also:"]
            for finding in others:
                lines += [f"  {finding.code}: {finding.cause}", f"    Fix: {finding.fix}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Diagnosis {self.code}: {self.cause}>"
