"""One refusal as it is looked at: the URL, what was sent, the answer, the clock.

A URL comes from mail, chat and HTML. An answer is XML alone, the whole of ``curl -i`` or
``curl -v``, HTML of a proxy, JSON of another service, the text of an exception, or nothing
but a status.
"""

from __future__ import annotations

from .._time import as_datetime, parse_timestamp
from .._xml import error_fields
from ..errors import MalformedURLError
from ..inspection import ESCAPED_FOR_HTML, iso_instant
from ..reports import Finding
from ..rules import rules_for
from ..sigv4 import encode_path, normalize_path
from ..url_parts import URLParts, decoded, parse_presigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..results import PresignedURL

NOTHING = URLParts(None, None, "/", [])  # what is known of a URL that can not be read
_WHOLE = "pass the whole URL, as one line"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_STATUSES = frozenset([str(status) for status in range(100, 600)])
_LONGEST = 1_048_576  # characters of an answer that are looked at
_MOST_HEADS = 60  # one a redirect, of which curl follows 50; each is read over the whole text
# What services other than S3 put around the canonical texts, in their message.
_CANONICAL = "The Canonical String for this request should have been"
_TO_SIGN = "The String-to-Sign should have been"


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
    if "\\u0026" in text:
        text = text.replace("\\u0026", "&").replace("\\u003d", "=")
        cause = "The URL was copied out of JSON as it is written there: its & are \\u0026"
        damages.append(Finding("query_changed", cause, "parse the JSON, and take the text it holds"))
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


class Answer:
    """What a server said, and what was sent to it where the text shows that.

    ``fields`` are those of the error document; ``headers`` have lower-case names.
    ``location`` is where a redirect before this answer led. ``is_readable`` tells that
    the text, if there is one, has the form of some answer.
    """

    def __init__(self, response: str | bytes | None = None, status: int | None = None) -> None:
        text = response.decode("utf-8", "replace") if isinstance(response, bytes) else response or ""
        self.status = status
        self.headers: dict[str, str] = {}
        self.location: str | None = None
        self.method: str | None = None
        self.sent: dict[str, str] | None = None
        self.fields = _fields_of(self._without_heads(text[:_LONGEST].lstrip("\ufeff \t\r\n")))
        self.is_readable = bool(self.fields or self.status or not text.strip())

    @property
    def code(self) -> str:
        """The server's own code, as ``SignatureDoesNotMatch``; empty where it gave none."""
        return self.fields.get("Code", "").strip()

    @property
    def message(self) -> str:
        return self.fields.get("Message", "").strip()

    @property
    def words(self) -> str:
        """Message and details in lower case, to be searched."""
        return f"{self.message} {self.fields.get('Details', '')}".lower()

    @property
    def canonical_request(self) -> str | None:
        text = self.fields.get("CanonicalRequest", _from_hex(self.fields.get("CanonicalRequestBytes", "")))
        return None if text is None else text.replace("\r\n", "\n").strip("\n")

    @property
    def string_to_sign(self) -> str:
        return self.fields.get("StringToSign", "").replace("\r\n", "\n").strip()

    def _without_heads(self, text: str) -> str:
        """Read status lines and headers off the front of ``text``; return the body."""
        if text.startswith(("* ", "> ", "< ")) or "\n< HTTP/" in text[:65_536]:
            text = self._without_marks(text)
        for _ in range(_MOST_HEADS):
            if not text.startswith("HTTP/"):
                break
            head, _, rest = _halves(text)
            self._read_head(head.splitlines())
            text = rest.lstrip("\r\n")
        return text

    def _read_head(self, lines: list[str]) -> None:
        if self.status in (301, 302, 307, 308):
            self.location = self.headers.get("location", self.location)
        words = lines[0].split(None, 2)
        if len(words) > 1 and words[1] in _STATUSES:
            self.status = int(words[1])
        self.headers = _headers_of(lines[1:])

    def _without_marks(self, text: str) -> str:
        """Return the answer of ``curl -v`` as ``curl -i`` would show it; keep what was sent."""
        received, sent, body = [], [], []
        for line in text.splitlines():
            if line.startswith("< "):
                received.append(line[2:])
            elif line.startswith("> "):
                sent.append(line[2:])
            elif line not in ("<", ">") and not line.startswith(("* ", "{ ", "} ")):
                body.append(line)
        if sent:
            words = sent[0].split()
            self.method = words[0] if len(words) > 2 else None
            self.sent = _headers_of(sent[1:])
        return "\n".join([*received, "", *body])


def _halves(text: str) -> tuple[str, str, str]:
    at, gap = min(
        [(text.find(gap), gap) for gap in ("\r\n\r\n", "\n\n") if gap in text], default=(len(text), "")
    )
    return text[:at], gap, text[at + len(gap) :]


def _headers_of(lines: Iterable[str]) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines]
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _fields_of(text: str) -> dict[str, str]:
    if "<" in text:
        start = max(text.find("<Error"), text.find("<ErrorResponse"), 0)
        fields = error_fields(text[start:])
        if "Code" in fields:
            return _with_canonical(fields)
        return _html_fields(fields, text)
    start = text.find("{")
    if start >= 0:
        fields = _json_fields(text[start:])
        if fields:
            return _with_canonical(fields)
    return _exception_fields(text)


def _html_fields(fields: dict[str, str], text: str) -> dict[str, str]:
    """Return the code of an HTML error page of S3 (``<li>Code: AccessDenied</li>``)."""
    for line in text.split("<li>")[1:20]:
        name, colon, value = line.partition("</li>")[0].partition(": ")
        if colon and name.isalpha():
            fields.setdefault(name, value[:500])
    return {name: value for name, value in fields.items() if name[:1].isupper()}


def _json_fields(text: str) -> dict[str, str]:
    """Return code and message of a JSON error, under the names that AWS's services use."""
    from json import JSONDecoder

    try:
        document = JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return {}
    for name in ("Error", "error"):
        if isinstance(document.get(name), dict):
            document = document[name]
    found: dict[str, str] = {}
    for wanted, names in (("Code", ("Code", "code", "__type")), ("Message", ("Message", "message"))):
        for name in names:
            if isinstance(document.get(name), str):
                found.setdefault(wanted, document[name].rpartition("#")[2])
    return found


def _exception_fields(text: str) -> dict[str, str]:
    _, mark, rest = text.partition("An error occurred (")
    code, closed, rest = rest.partition(")")
    if not (mark and closed and code.isalnum()):
        return {}
    return {"Code": code, "Message": rest.partition(": ")[2].strip()[:2_000]}


def _with_canonical(fields: dict[str, str]) -> dict[str, str]:
    """Take the canonical texts out of the message, where services other than S3 put them."""
    _, mark, rest = fields.get("Message", "").partition(_CANONICAL)
    if mark:
        request, _, to_sign = rest.partition(_TO_SIGN)
        fields.setdefault("CanonicalRequest", _quoted(request))
        fields.setdefault("StringToSign", _quoted(to_sign))
    return fields


def _quoted(text: str) -> str:
    start, end = text.find("'"), text.rfind("'")
    return text[start + 1 : end] if start < end else text.strip()


def _from_hex(text: str) -> str | None:
    try:
        return bytes.fromhex(text).decode() or None
    except ValueError:
        return None


# Times


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
    return f"{as_datetime(int(instant)):%Y-%m-%d %H:%M:%S} UTC"
