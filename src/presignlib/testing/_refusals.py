"""Who may: a request is verified, and refused in S3's own words where it may not.

Source of codes, statuses and sentences: Amazon S3 API Reference, "Error responses" and
"Troubleshoot presigned URLs", and S3's answers in public reports.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..errors import (
    ExpiredURLError,
    MalformedURLError,
    NotYetValidError,
    SignatureMismatchError,
    VerificationError,
)
from ..sigv4 import ALGORITHM, canonical_request, credential_scope, encode_path, fold, string_to_sign
from ..url_parts import parse_presigned
from ..verification import verify_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import TypeAlias

    from ..credentials import Credentials
    from ..url_parts import URLParts
    from ._requests import Request

    Element: TypeAlias = "tuple[str, str | int | list[Element] | None]"

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
WEEK = 604_800  # seconds
_PARSING = "Error parsing the X-Amz-Credential parameter; "
_NEEDED = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
_SIGV4A = "AWS4-ECDSA-P256-SHA256"
_ALGORITHMS = ((ALGORITHM, False), (_SIGV4A, True))  # each with or without a set of regions
_PARAMETERS = "AuthorizationQueryParametersError"

# S3's codes whose status is not 400, and what it says with those that have one sentence.
_STATUSES = {
    "AccessDenied": 403,
    "AccessForbidden": 403,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidPartNumber": 416,
    "InvalidRange": 416,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NoSuchVersion": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "SignatureDoesNotMatch": 403,
}
_SAYINGS = {
    "AccessControlListNotSupported": "The bucket does not allow ACLs",
    "AccessDenied": "Access Denied",
    "AccessForbidden": "CORSResponse: This CORS request is not allowed.",
    "BadDigest": "The Content-MD5 you specified did not match what we received.",
    "EntityTooLarge": "Your proposed upload exceeds the maximum allowed size",
    "EntityTooSmall": "Your proposed upload is smaller than the minimum allowed size",
    "ExpiredToken": "The provided token has expired.",
    "IncompleteBody": "You did not provide the number of bytes specified by the Content-Length HTTP header",
    "InternalError": "We encountered an internal error. Please try again.",
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
    "InvalidDigest": "The Content-MD5 you specified was invalid.",
    "InvalidPart": (
        "One or more of the specified parts could not be found. The part may not have been "
        "uploaded, or the specified entity tag may not match the part's entity tag."
    ),
    "InvalidPartNumber": "The requested partnumber is not satisfiable",
    "InvalidPartOrder": "The list of parts was not in ascending order. Parts must be ordered by part number.",
    "InvalidRange": "The requested range is not satisfiable",
    "InvalidStorageClass": "The storage class you specified is not valid",
    "InvalidToken": "The provided token is malformed or otherwise invalid.",
    "InvalidURI": "Couldn't parse the specified URI.",
    "KeyTooLongError": "Your key is too long",
    "MalformedXML": (
        "The XML you provided was not well-formed or did not validate against our published schema"
    ),
    "MaxPostPreDataLengthExceeded": "Your POST request fields preceding the upload file were too large.",
    "MetadataTooLarge": "Your metadata headers exceed the maximum allowed metadata size",
    "MethodNotAllowed": "The specified method is not allowed against this resource.",
    "MissingContentLength": "You must provide the Content-Length HTTP header.",
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchUpload": (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed."
    ),
    "NoSuchVersion": "The specified version does not exist.",
    "NotImplemented": "A header you provided implies functionality that is not implemented",
    "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
    "RequestTimeout": (
        "Your socket connection to the server was not read from or written to within the timeout "
        "period. Idle connections will be closed."
    ),
    "SignatureDoesNotMatch": (
        "The request signature we calculated does not match the signature you provided. Check "
        "your key and signing method."
    ),
    "XAmzContentSHA256Mismatch": (
        "The provided 'x-amz-content-sha256' header does not match what was computed."
    ),
}
_ESCAPES = {code: f"&#{code};" for code in {*range(32), 127} - {9, 10}}
_ESCAPES.update({ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"})


class Refusal(Exception):  # noqa: N818  # it is an answer, and as rightful as any other
    """What the store refuses with: S3's code, its sentence, and its further elements."""

    def __init__(self, code: str, message: str = "", **elements: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.status = _STATUSES.get(code, 400)
        self.message = message or _SAYINGS[code]
        self.elements: list[Element] = [(name.replace("_", "-"), text) for name, text in elements.items()]

    def document(self, request_id: str) -> bytes:
        """Return S3's XML."""
        content: list[Element] = [("Code", self.code), ("Message", self.message), *self.elements]
        return document("Error", [*content, ("RequestId", request_id), ("HostId", request_id)], "")


def document(root: str, content: Iterable[Element], namespace: str = NAMESPACE) -> bytes:
    """Return an XML document of elements, each a name with a text or with elements inside."""
    opened = f'{root} xmlns="{namespace}"' if namespace else root
    inner = "".join([_element(element) for element in content])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{opened}>{inner}</{root}>'.encode()


def _element(element: Element) -> str:
    name, value = element
    if value is None:
        return ""
    if isinstance(value, list):
        inner = "".join([_element(child) for child in value])
    else:  # S3 too writes control characters as references, which XML 1.0 does not have
        inner = str(value).translate(_ESCAPES)
    return f"<{name}>{inner}</{name}>"


def verify(request: Request, credentials: Credentials, region: str, now: datetime) -> None:
    """Raise Refusal unless the request is signed as it has to be."""
    try:
        verify_url(
            request.target,
            credentials,
            region=region,
            method=request.method,
            headers=request.headers,
            now=now,
        )
    except MalformedURLError:
        raise Refusal("InvalidURI") from None
    except VerificationError as error:
        raise _reason(request, parse_presigned(request.target), error, credentials, region, now) from None


def _reason(
    request: Request,
    parts: URLParts,
    error: VerificationError,
    credentials: Credentials,
    region: str,
    now: datetime,
) -> Refusal:
    """Return what S3 says of a request that ``verify_url`` refuses, its graver sayings first."""
    refusal = _unreadable(request, parts) or _scope(parts, region) or _life(parts)
    if refusal:
        return refusal
    if isinstance(error, ExpiredURLError) and error.inspection and error.inspection.is_expired(now):
        return Refusal(
            "AccessDenied",
            "Request has expired",
            X_Amz_Expires=parts.auth["X-Amz-Expires"],
            Expires=f"{error.inspection.expires_at:%Y-%m-%dT%H:%M:%SZ}",
            ServerTime=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        )
    if isinstance(error, ExpiredURLError):
        return Refusal("ExpiredToken")
    if isinstance(error, NotYetValidError):
        return Refusal("AccessDenied", "Request is not yet valid", ServerTime=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    names = {name for name in request.fields if name.startswith("x-amz-")} | {"host"}
    if unsigned := sorted(names.difference(parts.signed_headers)):
        return Refusal(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )
    if isinstance(error, SignatureMismatchError):
        refusal = check_key(parts.credential, parts.auth.get("X-Amz-Security-Token"), credentials)
    return refusal or _mismatch(request, parts)


def _unreadable(request: Request, parts: URLParts) -> Refusal | None:
    """Return what is said of a query that is not one of SigV4's, whole."""
    if not parts.auth and "authorization" in request.fields:
        return Refusal("NotImplemented", Header="Authorization")
    names = {name for name, _ in parts.query}
    if names >= {"AWSAccessKeyId", "Signature"}:
        said = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        return Refusal("InvalidRequest", said)
    if not parts.auth and not parts.misspelt:
        return Refusal("AccessDenied")
    if "authorization" in request.fields:
        said = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
        said += "string parameter or the Authorization header should be specified"
        return Refusal("InvalidArgument", said, ArgumentName="Authorization")
    if parts.repeated or not all(parts.auth.get(f"X-Amz-{name}") for name in _NEEDED):
        said = "Query-string authentication version 4 requires the "
        said += ", ".join([f"X-Amz-{name}" for name in _NEEDED[:-1]]) + ", and X-Amz-Expires parameters."
        return Refusal(_PARAMETERS, said)
    if (parts.auth["X-Amz-Algorithm"], "X-Amz-Region-Set" in parts.auth) not in _ALGORITHMS:
        return Refusal(_PARAMETERS, f'X-Amz-Algorithm only supports "{ALGORITHM} and {_SIGV4A}"')
    return None


def _scope(parts: URLParts, region: str) -> Refusal | None:
    """Check the credential; SigV4a's has no region, but the URL a set of patterns."""
    credential = parts.credential
    if credential and not credential[2]:
        named = parts.auth.get("X-Amz-Region-Set", "")
        is_ours = any(fnmatchcase(region, pattern) for pattern in named.split(","))
        credential = (*credential[:2], region if is_ours else named, credential[3])
    return check_scope(credential, parts.auth["X-Amz-Date"], region)


def check_scope(credential: tuple[str, str, str, str] | None, timestamp: str, region: str) -> Refusal | None:
    """Return what is said of a credential whose day, region or service is another."""
    if credential is None:
        form = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        return Refusal(_PARAMETERS, f"{_PARSING}the Credential is mal-formed; expecting {form}")
    _, date, named, service = credential
    if named != region:
        said = f"{_PARSING}the region '{named}' is wrong; expecting '{region}'"
        return Refusal(_PARAMETERS, said, Region=region)
    if service != "s3":
        said = f'{_PARSING}incorrect service "{service}". This endpoint belongs to "s3".'
        return Refusal(_PARAMETERS, said)
    if date != timestamp[:8]:
        said = (
            f'Invalid credential date "{date}". This date is not the same as X-Amz-Date: "{timestamp[:8]}".'
        )
        return Refusal(_PARAMETERS, said)
    return None


def _life(parts: URLParts) -> Refusal | None:
    if parts.signed_at is None:
        form = "\"yyyyMMdd'T'HHmmss'Z'\""
        return Refusal(_PARAMETERS, f"X-Amz-Date must be in the ISO8601 Long Format {form}")
    if parts.expires is None:
        return Refusal(_PARAMETERS, "X-Amz-Expires should be a number")
    if not 0 < parts.expires <= WEEK:
        said = (
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
        )
        return Refusal(_PARAMETERS, f"{said}less than {WEEK} seconds")
    return None


def check_key(
    credential: tuple[str, str, str, str] | None, token: str | None, credentials: Credentials
) -> Refusal | None:
    """Return what is said of a key that nobody has, or whose session token is another."""
    key_id = credential[0] if credential else ""
    wanted = credentials.session_token
    if key_id != credentials.access_key_id or (wanted is not None and token is None):
        return Refusal("InvalidAccessKeyId", AWSAccessKeyId=key_id)
    return Refusal("InvalidToken") if token != wanted else None


def _mismatch(request: Request, parts: URLParts) -> Refusal:
    """Return S3's answer to a wrong signature: with what it would have signed."""
    key_id, date, region, service = parts.credential or ("", "", "", "")
    lines = [(name, fold(request.fields.get(name, ""))) for name in parts.signed_headers]
    canonical = canonical_request(
        request.method,
        encode_path(request.path),
        parts.canonical_query(),
        lines,
        request.options.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    )
    scope = credential_scope(date, region, service).replace("//", "/")  # SigV4a's has no region
    text = string_to_sign(parts.auth["X-Amz-Date"], scope, canonical, parts.auth["X-Amz-Algorithm"])
    return signature_refusal(key_id, text, parts.auth["X-Amz-Signature"], CanonicalRequest=canonical)


def signature_refusal(key_id: str, text: str, given: str, **more: str) -> Refusal:
    """Return SignatureDoesNotMatch with the string to sign, as text and as bytes."""
    elements = {"AWSAccessKeyId": key_id, "StringToSign": text, "SignatureProvided": given}
    elements.update({"StringToSignBytes": text.encode().hex(" "), **more})
    elements.update({f"{name}Bytes": value.encode().hex(" ") for name, value in more.items()})
    return Refusal("SignatureDoesNotMatch", **elements)
