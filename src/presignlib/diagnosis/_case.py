"""One refusal as it is looked at: the URL, what was sent, the answer, the clock."""

from __future__ import annotations

from .._time import as_datetime, parse_timestamp
from ..rules import rules_for
from ..sigv4 import encode_path, normalize_path
from ..url_parts import URLParts, decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..results import PresignedURL
    from ..rules import ServiceRules
    from ._answer import Answer


NOTHING = URLParts(None, None, "/", [])


class Case:
    """What is known of one request. ``parts`` are empty where the URL can not be read.

    ``method`` and ``sent`` are what was sent, ``signed`` is the URL as presignlib made
    it, where that is what we were given: then the signed method and headers are known.
    """

    __slots__ = ("answer", "method", "now", "parts", "sent", "signed")

    def __init__(
        self,
        parts: URLParts | None,
        answer: Answer,
        now: float,
        *,
        method: str | None = None,
        sent: dict[str, str] | None = None,
        signed: PresignedURL | None = None,
    ) -> None:
        self.parts = NOTHING if parts is None else parts
        self.answer = answer
        self.now = now
        self.method = method or answer.method
        self.sent = sent if sent is not None else answer.sent
        self.signed = signed

    @property
    def key_id(self) -> str:
        """The access key id, empty where it can not be read."""
        return self.parts.credential[0] if self.parts.credential else ""

    @property
    def region(self) -> str:
        """The region that the URL is signed for."""
        return self.parts.credential[2] if self.parts.credential else ""

    @property
    def rules(self) -> ServiceRules:
        """The row of the URL's service."""
        return rules_for(self.parts.credential[3] if self.parts.credential else "s3")

    @property
    def has_token(self) -> bool:
        """Whether the URL carries a session token."""
        return self.rules.token_parameter in self.parts.auth

    @property
    def is_aws(self) -> bool:
        """Whether the answer, or else the host, is AWS's own."""
        if "HostId" in self.answer.fields or self.answer.headers.get("server") == "AmazonS3":
            return True
        return self.parts.location is not None and self.parts.location.service is not None

    @property
    def ends_at(self) -> int | None:
        """When the URL dies, in seconds since 1970."""
        return self.parts.ends_at

    @property
    def server_time(self) -> int | None:
        """The server's clock at its answer, from the document or the Date header."""
        told = iso_instant(self.answer.fields.get("ServerTime", ""))
        return told if told is not None else _http_instant(self.answer.headers.get("date", ""))

    def canonical_path(self) -> str:
        """Return the path as the signer had it: what the URL says, encoded as its service does."""
        path = self.parts.path
        if self.rules.normalize_path:
            path = normalize_path(path)
        try:
            return encode_path(decoded("url", path) if self.rules.path_encoding == "once" else path)
        except ValueError:
            return path


def iso_instant(text: str) -> int | None:
    """Return ISO 8601 in UTC in seconds since 1970, or None."""
    seconds = text.strip().partition(".")[0].rstrip("Z")
    return parse_timestamp(seconds.replace("-", "").replace(":", "") + "Z")


def _http_instant(text: str) -> int | None:
    """Return an HTTP date (RFC 9110, section 5.6.7) in seconds since 1970, or None."""
    words = text.split()
    if len(words) != 6 or words[2].title() not in _MONTHS:
        return None
    month = _MONTHS.index(words[2].title()) + 1
    return parse_timestamp(f"{words[3]}{month:02d}{words[1]:0>2}T{words[4].replace(':', '')}Z")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def span_text(seconds: float) -> str:
    """Return a duration for people: ``2 hours 5 minutes``, at most two units."""
    left, words = max(int(seconds), 0), list[str]()
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count and len(words) < 2:
            words.append(f"{count} {unit}" + ("s" if count > 1 else ""))
    return " ".join(words) or "0 seconds"


def time_text(instant: float) -> str:
    """Return an instant for people, in UTC."""
    return f"{as_datetime(int(instant)):%Y-%m-%d %H:%M:%S} UTC"
