"""What servers call a refusal, and what it means: one row each.

Codes and sentences are those of AWS ("Amazon S3 API Reference, Error responses", "REST
error responses of other services"), MinIO's ``api-errors.go``, Ceph's ``rgw_common.cc``,
SeaweedFS's ``s3err``, Cloudflare's "R2 error codes" and Google's "HTTP status and error
codes for XML". Rows are read from the top; the first that fits is taken.
"""

from __future__ import annotations

from ..reports import Finding
from ._times import expired, not_yet_valid, skewed
from ._words import (
    access_denied,
    bare_denial,
    headers_not_signed,
    post_condition,
    post_extra_field,
    redirected,
    token_expired,
    token_invalid,
    unknown_key,
    wrong_region,
    wrong_service,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._case import Case

    Explain = Callable[[Case], Iterator[Finding]]


def _plain(code: str, cause: str, fix: str) -> Explain:
    return lambda _: iter((Finding(code, cause, fix),))


_SIGN_AGAIN = "sign again, for example with presign_get, and pass the URL on unchanged"
_NO_KEY = "check the key's letters, blanks and slashes, and the bucket; a version may be deleted"

# (the server's codes, any word of which its message must have one, what explains it)
_ROWS: tuple[tuple[tuple[str, ...], tuple[str, ...], Explain], ...] = (
    # ---- time
    ((), ("request has expired", "policy expired", "signature expired", "url has expired"), expired),
    (("ExpiredRequest", "RequestExpired", "ExpiredPresignRequest"), (), expired),
    ((), ("not yet valid", "not valid yet", "signature not yet current"), not_yet_valid),
    (("RequestNotReadyYet",), (), not_yet_valid),
    (("RequestTimeTooSkewed",), (), skewed),
    # ---- the token and the key
    (("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), (), token_expired),
    (("InvalidToken", "InvalidTokenId"), (), token_invalid),
    (
        (
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidAccessKeyIdError",
        ),
        (),
        unknown_key,
    ),
    (
        (),
        (
            "credential access key has length",
            "access key id you provided does not exist",
            "malformed access key id",
        ),
        unknown_key,
    ),
    # ---- the scope
    (
        (),
        (
            "the region '",
            "region is wrong",
            "is wrong; expecting",
            "valid region",
            "wrong region",
            "invalid region",
        ),
        wrong_region,
    ),
    (("RegionSetMismatch",), (), wrong_region),  # of SigV4a
    ((), ("incorrect service", "correct service", "service is wrong"), wrong_service),
    # ---- another version of signing
    (
        (),
        (
            "authorization mechanism you have provided is not supported",
            "require aws signature version 4",
            "signature version 2",
            "v4-hmac-sha256.",
        ),
        _plain(
            "sigv2_not_supported",
            "The URL is signed with Signature Version 2, and this server takes only Version 4",
            "sign with Version 4; with boto3 that is Config(signature_version='s3v4')",
        ),
    ),
    # ---- headers
    ((), ("headers present in the request which were not signed",), headers_not_signed),
    (("UnsignedHeaders", "HeadersNotSigned"), (), headers_not_signed),
    (
        (),
        ("only one auth mechanism allowed",),
        _plain(
            "malformed",
            "The request is signed twice: the URL is presigned, and an Authorization header was sent too",
            "send no Authorization header with a presigned URL",
        ),
    ),
    (
        ("MissingContentLength", "LengthRequired"),
        (),
        _plain(
            "header_missing",
            "The upload has no Content-Length: it was sent in chunks of unknown length",
            "send Content-Length, by giving the client a file or bytes and no stream",
        ),
    ),
    (
        ("MissingSecurityHeader",),
        (),
        _plain(
            "header_missing",
            "A header that the server needs was not sent",
            "send what the URL's .headers lists",
        ),
    ),
    # ---- POST
    ((), ("policy condition failed", "invalid according to policy: policy condition"), post_condition),
    ((), ("extra input fields",), post_extra_field),
    (
        (
            "InvalidPolicyDocument",
            "MalformedPOSTRequest",
            "InvalidPolicy",
            "MissingFields",
            "POSTFileRequired",
            "IncorrectNumberOfFilesInPostRequest",
            "RequestIsNotMultiPartContent",
        ),
        (),
        _plain(
            "malformed",
            "The POST form is not one that the server can read",
            "send multipart/form-data with all fields that were signed, unchanged, and the file last",
        ),
    ),
    # ---- sizes and bodies
    (
        ("EntityTooLarge", "MaxMessageLengthExceeded", "RequestEntityTooLarge"),
        (),
        _plain(
            "too_large",
            "The body is larger than allowed",
            "send less, or sign a policy with a larger max_size",
        ),
    ),
    (
        ("EntityTooSmall",),
        (),
        _plain(
            "too_small",
            "The body is smaller than allowed",
            "send more, or sign a policy with a smaller min_size; parts but the last have at least 5 MiB",
        ),
    ),
    (
        (
            "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch",
            "BadDigest",
            "InvalidDigest",
            "IncompleteBody",
            "ContentSHA256Mismatch",
            "ChecksumMismatch",
        ),
        (),
        _plain(
            "payload_mismatch",
            "The body is not the one whose checksum or length was signed",
            "send exactly the bytes that were announced, or sign for the body that is sent",
        ),
    ),
    # ---- what was asked for
    (("NoSuchKey", "NoSuchObject"), (), _plain("no_such_key", "The object does not exist", _NO_KEY)),
    (("NoSuchVersion",), (), _plain("no_such_key", "The object has no such version", "check version_id")),
    (
        ("NoSuchUpload",),
        (),
        _plain(
            "no_such_key",
            "The multipart upload does not exist, or is completed or aborted",
            "create a new upload",
        ),
    ),
    (
        ("NoSuchBucket",),
        (),
        _plain(
            "no_such_bucket",
            "The bucket does not exist",
            "check the bucket's name, the endpoint, and the addressing style",
        ),
    ),
    (
        ("InvalidBucketName",),
        (),
        _plain(
            "no_such_bucket",
            "What the server takes for the bucket's name can not be one",
            "check the addressing style",
        ),
    ),
    (
        ("PreconditionFailed", "ConditionalRequestConflict"),
        (),
        _plain(
            "precondition_failed",
            "A condition of the request does not hold: with If-None-Match the object is there already, "
            "with If-Match it has changed",
            "choose another key, or sign without the condition",
        ),
    ),
    (
        ("MethodNotAllowed",),
        (),
        _plain(
            "method_not_allowed",
            "The server does not allow this method here; a deleted version answers so too",
            "send the method that the URL is signed for",
        ),
    ),
    (
        ("NotImplemented", "NotSupported", "UnsupportedOperation"),
        (),
        _plain(
            "not_implemented",
            "The store does not have this operation, or a header or parameter of it",
            "leave out what the server names; R2 has no presigned POST, use presign_put",
        ),
    ),
    (("PermanentRedirect", "TemporaryRedirect", "Redirect", "IncorrectEndpoint"), (), redirected),
    # ---- no permission
    (
        ("InvalidObjectState",),
        (),
        _plain("access_denied", "The object is archived and can not be read now", "restore it first"),
    ),
    (
        ("AccessDenied",),
        ("query-string authentication",),
        _plain(
            "malformed",
            "Parameters of the signature are missing: the URL is cut",
            "pass the whole URL, in quotes",
        ),
    ),
    (
        ("AccessDenied",),
        ("requires a valid date",),
        _plain("malformed", "The server finds no signing time that it can read", _SIGN_AGAIN),
    ),
    (("AccessDenied",), ("access denied", "not authorized", "does not have", "forbidden"), access_denied),
    (
        (
            "AccessDenied",
            "AccessDeniedException",
            "AllAccessDisabled",
            "AccountProblem",
            "Unauthorized",
            "NotAuthorized",
        ),
        (),
        bare_denial,
    ),
    # ---- parameters
    (
        (
            "AuthorizationQueryParametersError",
            "AuthorizationHeaderMalformed",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "MissingSecurityElement",
            "MalformedSecurityHeader",
            "InvalidURI",
            "MalformedExpires",
            "MalformedDate",
            "MalformedCredential",
            "InvalidQueryParams",
            "MissingFields",
            "AuthorizationParametersError",
            "InvalidQuerySignatureAlgo",
            "KeyTooLongError",
        ),
        (),
        _plain("malformed", "The server can not read the signature's parameters", _SIGN_AGAIN),
    ),
    # ---- not about the URL
    (
        (
            "SlowDown",
            "ServiceUnavailable",
            "InternalError",
            "RequestTimeout",
            "Throttling",
            "ThrottlingException",
        ),
        (),
        _plain(
            "unknown", "The store could not answer just now; nothing says that the URL is wrong", "try again"
        ),
    ),
)


def by_code(case: Case) -> list[Finding]:
    """Return what the server's own code and sentence mean; nothing where no row fits."""
    answer = case.answer
    words = answer.words
    if answer.code:
        for codes, needles, explain in _ROWS:
            if (not codes or answer.code in codes) and (
                not needles or any(needle in words for needle in needles)
            ):
                return list(explain(case))
    return []
