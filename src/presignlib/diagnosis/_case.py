"""One refusal as it is looked at: the URL, what was sent, the answer, the clock."""

from __future__ import annotations

from .._post_parts import iso_instant
from .._time import as_datetime, parse_timestamp
from ..errors import MalformedURLError
from ..inspection import ESCAPED_FOR_HTML
from ..reports import Finding
from ..rules import rules_for
from ..sigv4 import encode_path, normalize_path
from ..url_parts import URLParts, decoded, parse_presigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..results import PresignedURL
    from ._answer import Answer

NOTHING = URLParts(None, None, "/", [])  # what is known of a URL that can not be read
_WHOLE = "pass the whole URL, as one line"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


class Case:
    """What is known of one request.

    ``method`` and ``sent`` are what was sent, ``signed`` is the URL as presignlib made
    it, where that is what we were given: then the signed method and headers are known.
    """

    def __init__(
        self,
        parts: URLParts,
        answer: Answer,
        now: float,
        *,
        method: str | None = None,
        sent: dict[str, str] | None = None,
        signed: PresignedURL | None = None,
    ) -> None:
        self.parts, self.answer, self.now, self.signed = parts, answer, now, signed
        self.method = method or answer.method
        self.sent = answer.sent if sent is None else sent
        self.key_id, _, self.region, self.service = parts.credential or ("", "", "", "s3")
        self.rules = rules_for(self.service)

    @property
    def is_aws(self) -> bool:
        """Whether the answer, or else the host, is AWS's own."""
        if "HostId" in self.answer.fields or self.answer.headers.get("server") == "AmazonS3":
            return True
        return self.parts.location is not None and self.parts.location.service is not None

    @property
    def server_time(self) -> int | None:
        """The server's clock at its answer, from the document or the Date header."""
        told = iso_instant(self.answer.fields.get("ServerTime", "").strip())
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


def read_url(url: str) -> tuple[URLParts, list[Finding]]:
    """Return the parts of a URL, and a finding for each thing that mail, chat or HTML did to it.

    The parts are those of the repaired URL, so that the diagnosis can go on.
    """
    text, damages = url.strip().strip("<>\"'"), []
    if any(blank in text for blank in "\r\n\t "):
        text = "".join(text.replace("=\r\n", "").replace("=\n", "").split())
        damages.append(Finding("malformed", "The URL was broken into lines, or holds blanks", _WHOLE))
    if "&amp;" in text:
        while "&amp;" in text:
            text = text.replace("&amp;", "&")
        damages.append(ESCAPED_FOR_HTML)
    head, _, query = text.partition("?")
    once = _decoded_once(query)
    if once is not None:
        text = f"{head}?{once}"
        cause = "The URL's query was percent-encoded once more: its % are written %25"
        damages.append(Finding("query_changed", cause, "encode each value once; pass the URL on as it is"))
    try:
        return parse_presigned(text), damages
    except MalformedURLError as error:
        cause = f"The URL can not be read: it must be {error.rule}"
        return NOTHING, [*damages, Finding("malformed", cause, _WHOLE)]


def _decoded_once(query: str) -> str | None:
    """Return a query with one layer of encoding less, where it has one too many."""
    shouted = query.upper()
    if "%252F" not in shouted and ("X-Amz-Credential=" in query or "%3D" not in shouted):
        return None
    try:
        once = decoded("url", query)
    except MalformedURLError:
        return None
    return once if "X-Amz-Credential=" in once and "aws4_request" in once else None


def _http_instant(text: str) -> int | None:
    """Return an HTTP date (RFC 9110, section 5.6.7) in seconds since 1970, or None."""
    words = text.title().split()
    if len(words) != 6 or words[2] not in _MONTHS:
        return None
    month = _MONTHS.index(words[2]) + 1
    return parse_timestamp(f"{words[3]}{month:02d}{words[1]:0>2}T{words[4].replace(':', '')}Z")


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
