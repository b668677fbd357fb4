"""A server's answer in the forms that people paste it, as data.

XML alone, the whole of ``curl -i`` or ``curl -v``, HTML of a proxy, JSON of another
service, the text of an exception, or nothing but a status.
"""

from __future__ import annotations

from .._xml import error_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 1_048_576  # characters that are looked at
_MOST_HEADS = 60  # one a redirect, of which curl follows 50; each is read over the whole text
_CANONICAL = "The Canonical String for this request should have been"
_TO_SIGN = "The String-to-Sign should have been"


class Answer:
    """What a server said, and what was sent to it where the text shows that.

    ``fields`` are those of the error document; ``headers`` have lower-case names.
    ``location`` is where a redirect before this answer led. ``is_readable`` tells that
    the text, if there is one, has the form of some answer.
    """

    __slots__ = ("fields", "headers", "is_readable", "location", "method", "sent", "status", "target", "text")

    def __init__(self, response: str | bytes | None = None, status: int | None = None) -> None:
        text = response.decode("utf-8", "replace") if isinstance(response, bytes) else response or ""
        self.status = status
        self.headers: dict[str, str] = {}
        self.location: str | None = None
        self.method: str | None = None
        self.target: str | None = None
        self.sent: dict[str, str] | None = None
        self.text = self._without_heads(text[:_LONGEST].lstrip("\ufeff \t\r\n"))
        self.fields = _fields_of(self.text)
        self.is_readable = bool(self.fields or self.status or not text.strip())

    @property
    def code(self) -> str:
        """The server's own code, as ``SignatureDoesNotMatch``; empty where it gave none."""
        return self.fields.get("Code", "").strip()

    @property
    def message(self) -> str:
        """The server's own sentence."""
        return self.fields.get("Message", "").strip()

    @property
    def words(self) -> str:
        """Message and details in lower case, to be searched."""
        return f"{self.message} {self.fields.get('Details', '')}".lower()

    @property
    def canonical_request(self) -> str | None:
        """The canonical request that the server made, where it told."""
        text = self.fields.get("CanonicalRequest")
        if text is None:
            text = _from_hex(self.fields.get("CanonicalRequestBytes", ""))
        return None if text is None else text.replace("\r\n", "\n").strip("\n")

    @property
    def string_to_sign(self) -> str | None:
        """The string to sign that the server made, where it told."""
        text = self.fields.get("StringToSign")
        return None if text is None else text.replace("\r\n", "\n").strip()

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
        self.status = int(words[1]) if len(words) > 1 and words[1] in _STATUSES else self.status
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
            self.method, self.target = (words[0], words[1]) if len(words) > 2 else (None, None)
            self.sent = _headers_of(sent[1:])
        return "\n".join([*received, "", *body])


_STATUSES = frozenset([str(status) for status in range(100, 600)])


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
    """Return code and message of botocore's exception text."""
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
