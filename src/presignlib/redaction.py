"""Text without what makes presigned URLs work: for logs, reports and reprs.

What goes is the value of every name that AWS, or a store that speaks like it, gives to a
signature, a credential or a token. The name stays, so that a log still tells what was
there, and the value becomes ``…``.
"""

from __future__ import annotations

from .errors import InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match, Pattern

__all__ = ["redact"]

HIDDEN = "…"

_SECRET_PARAMETERS = frozenset(
    {"x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-amz-s3session-token"}
)


def redact_url(url: str) -> str:
    """Return ``url`` with signature, credential and token as ``…``; the rest stays."""
    base, mark, query = url.partition("?")
    return base + mark + "&".join([_redacted(parameter) for parameter in query.split("&")])


def _redacted(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return name + equals + HIDDEN if equals and name.lower() in _SECRET_PARAMETERS else parameter


def redact(text: str) -> str:
    """Return ``text`` with the values of signatures, credentials and tokens as ``…``.

    Found are query parameters (also escaped ones inside of others), headers and
    ``Authorization``, XML elements, JSON and Python literals, POST fields in HTML and
    multipart bodies, POST policies, and the variables of AWS's tools, in any case of
    letters. Text without them is returned as it is, redacting again changes nothing, and
    the time grows with the length of the text alone. Raises InvalidInputError for what is no str.
    """
    if not isinstance(text, str):
        raise InvalidInputError("text", "a str", type(text).__name__)
    for pattern in _patterns():
        text = pattern.sub(_hide, text)
    return text


# Names whose values are secret wherever they stand before ``=``, ``:`` or the like.
_NAMES = (
    r"x-(?:amz|goog)-(?:signature|credential|security-token)",
    r"x-amz-s3session-token",
    r"x-amz-(?:copy-source-)?server-side-encryption-customer-key(?!-md5)",
    r"x-aws-ec2-metadata-token(?!-ttl)",
    r"aws_?(?:secret_?access_?key|session_?token|security_?token|access_?key_?id)",
    r"(?:secret|session)_?(?:access_?key|token)",
    r"access_?key_?id",
)
# Names that are AWS's only in certain company: in XML, after ``&`` or ``?``, in a header.
_ELEMENTS = (
    r"(?:AWS)?AccessKeyId|SecretAccessKey|SessionToken|SignatureProvided|Signature|Token-\d"
    r"|StringToSignBytes|CanonicalRequestBytes|X-Amz-Credential|X-Amz-Signature|X-Amz-Security-Token"
)
_OPENING = r"""(?:"value"\s{0,8}:\s{0,8})?\[?b?\\?["']"""
_made: list[Pattern[str]] = []


def _patterns() -> list[Pattern[str]]:
    """Return the patterns, made when text is first redacted.

    ``before`` is what stays of a match. What follows is one repetition that can not fail,
    or one of bounded length, so that no text makes them slow.
    """
    if _made:
        return _made
    import re

    name = "(?:" + "|".join(_NAMES) + ")"
    value = r"""\s{1,8}(?:type=["']?\w{1,16}["']?\s{1,8})?value="""
    sources = (
        # <Name>value</Name>
        rf"(?P<before><(?:{_ELEMENTS})>)(?P<value>[^<]+)",
        # <input name="X-Amz-Signature" value="…">, and the parts of a multipart body
        rf"""(?P<before>name=["']?{name}["']?{value}["']?)[^"'\s<>]+""",
        rf"""(?P<before>name="?{name}"?(?:\r?\n){{2}})[^\r\n]+""",
        # "name": "value", 'name': ['value'], ('name', b'value'), "name", "value": "…"
        rf"""(?P<before>(?P<quote>\\?["']){name}(?P=quote)\s{{0,8}}[:,]\s{{0,8}}{_OPENING})(?:[^"'\\]|\\[^"'])+""",
        r"""(?P<before>"Token"\s{0,8}:\s{0,8}")[^"\s\\]{64,}""",
        # A POST policy: base64 of JSON, in which credential and token stand once more.
        rf"""(?P<before>\bpolicy\\?["']?(?:\s{{0,8}}[:=,]\s{{0,8}}|(?:\r?\n){{2}}|{value})(?:{_OPENING}|["']?))e[wy][\w+/=]{{64,}}""",
        # name=value inside of URLs and files, and as it stands escaped in another URL
        rf"""(?P<before>{name}[ \t]{{0,8}}=[ \t]{{0,8}}["']?)[^&\s"'<>`,;)\]}}]+""",
        rf"""(?P<before>{name}%3D)(?:[^&\s"'<>`,;)\]}}%]|%(?!26))+""",
        rf"""(?P<before>{name}%253D)(?:[^&\s"'<>`,;)\]}}%]|%(?!2526|26))+""",
        # the same where = was escaped for HTML, as templates do, or for JSON, as Java and Go do
        rf"""(?P<before>{name}(?:\\{{1,2}}u003d|&#(?:x3d|61);))[^&\s"'<>`,;)\]}}\\]+""",
        # a header, as it stands in a request or a log, and what JavaScript shows of an object
        rf"""(?P<before>\b{name}:[ \t]{{0,8}}["']?)[^\s"'<>`{{}}]+""",
        # the token of an EKS cluster: a presigned URL in base64
        r"(?P<before>\bk8s-aws-v1\.)[\w-]+",
        # Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…
        r"(?P<before>\bSignature=)[0-9a-f]{32,512}",
        r"""(?P<before>\bCredential=)[^\s,;&"'<>]{1,256}?/aws4_request""",
        r"(?P<before>\bAuthorization:[ \t]{0,8}AWS )\S+",
        # ?AWSAccessKeyId=…&Signature=…, which names the key id in full above
        r"""(?P<before>AWSAccessKeyId=[^&\s"'<>]{1,256}&(?:Expires=\d{1,12}&)?Signature=)[^&\s"'<>]+""",
    )
    _made.extend([re.compile(source, re.IGNORECASE) for source in sources])
    return _made


def _hide(match: Match[str]) -> str:
    return match["before"] + HIDDEN
