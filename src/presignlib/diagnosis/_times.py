"""Too late, too early, or two clocks: what the server's words, or else our clock, say."""

from __future__ import annotations

from ..reports import Finding
from ._case import iso_instant, span_text, time_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._case import Case

_AGAIN = "make a new URL when it is asked for"
_SKEW = 900  # seconds that S3 allows between its clock and the signer's


def expired(case: Case) -> Iterator[Finding]:
    """Say by how much, where the server says that the URL has expired."""
    ends_at = iso_instant(case.answer.fields.get("Expires", "")) or case.ends_at
    server = case.server_time
    if server is not None and ends_at is not None and server >= ends_at:
        yield Finding(
            "expired",
            f"The URL expired {span_text(server - ends_at)} before the server got the request, "
            f"by the server's clock (it ended at {time_text(ends_at)})",
            _fix(case),
        )
    else:
        ended = "" if ends_at is None else f"; by the URL it ended at {time_text(ends_at)}"
        yield Finding("expired", f"The server says that the URL has expired{ended}", _fix(case))
    signed_at = case.parts.signed_at
    if server is not None and server - case.now > _SKEW and signed_at is not None:
        yield Finding(
            "clock_skew",
            f"The server's clock is {span_text(server - case.now)} ahead of this machine's",
            "set the clock of the machine that signs, as with NTP",
        )


def _fix(case: Case) -> str:
    expires = case.parts.expires
    if expires is None:
        return _AGAIN
    return (
        f"{_AGAIN}, or give it more than {span_text(expires)} "
        "(at most 7 days, and no longer than its credentials live)"
    )


def not_yet_valid(case: Case) -> Iterator[Finding]:
    """Say by how much, where the server says that the URL is not valid yet."""
    signed_at = case.parts.signed_at
    server = case.server_time
    ahead = ""
    if signed_at is not None and server is not None and signed_at > server:
        ahead = f": it was signed {span_text(signed_at - server)} ahead of the server's clock"
    yield Finding(
        "not_yet_valid",
        f"The URL is not valid yet{ahead}",
        "set the clock of the machine that signs, as with NTP",
    )


def skewed(case: Case) -> Iterator[Finding]:
    """Say by how much the clocks differ, where the server says that they do."""
    signed_at = iso_instant(case.answer.fields.get("RequestTime", ""))
    if signed_at is None:
        signed_at = case.parts.signed_at
    server = case.server_time
    by = ""
    if signed_at is not None and server is not None:
        side = "behind" if signed_at < server else "ahead of"
        by = f": the URL's time is {span_text(abs(server - signed_at))} {side} the server's"
    yield Finding(
        "clock_skew",
        f"The signer's clock and the server's differ too much{by}",
        "set the clock of the machine that signs, as with NTP; some stores refuse URLs older than 15 minutes",
    )


def by_our_clock(case: Case) -> Iterator[Finding]:
    """Say whether the URL is too old or too new by this machine's clock."""
    ends_at = case.ends_at
    signed_at = case.parts.signed_at
    if ends_at is not None and case.now >= ends_at:
        yield Finding(
            "expired",
            f"The URL expired {span_text(case.now - ends_at)} ago, by this machine's clock "
            f"(it ended at {time_text(ends_at)})",
            _fix(case),
        )
    elif signed_at is not None and signed_at - case.now > _SKEW:
        yield Finding(
            "not_yet_valid",
            f"The URL was signed {span_text(signed_at - case.now)} ahead of this machine's clock",
            "set the clock of the machine that signs, as with NTP",
        )
