from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import (
    Credentials,
    Diagnosis,
    InvalidInputError,
    PresignedURL,
    diagnose,
    presign,
    presign_get,
    presign_post,
    presign_put,
)

from .signers import EMPTY, KEY_ID, SECRET, signed, signed_for_regions

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials(KEY_ID, SECRET)
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, "tok/en+with=signs")


def get(**options: Any) -> PresignedURL:
    given = {"region": "eu-west-1", "credentials": KEY, "now": NOW, **options}
    return presign_get(given.pop("bucket", "examplebucket"), given.pop("key", "a b.txt"), **given)


def put(**options: Any) -> PresignedURL:
    return presign_put("examplebucket", "k", region="eu-west-1", credentials=KEY, now=NOW, **options)


def told(url: Any, response: Any = None, **options: Any) -> Diagnosis:
    return diagnose(url, response, **{"now": NOW, **options})


def error(code: str, message: str = "", **fields: str) -> str:
    more = "".join(
        [
            f"<{name.replace('_', '-')}>{escape(text)}</{name.replace('_', '-')}>"
            for name, text in fields.items()
        ]
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
        f"{more}<RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )


def texts(url: PresignedURL) -> tuple[str, str]:
    lines = [line for line in url.explain().split("\n") if not line.startswith("# ")]
    request, _, string = (
        "\n".join(lines).removeprefix("Canonical request:\n").partition("\n\nString to sign:\n")
    )
    return request, string


def mismatch(url: PresignedURL, change: Callable[[str], str] = str, **fields: str) -> str:
    """Return AWS's answer, whose canonical request is what was signed, changed."""
    request, string = texts(url)
    given = {"StringToSign": string, "CanonicalRequest": change(request), "HostId": "x", **fields}
    return error("SignatureDoesNotMatch", "The request signature we calculated does not match", **given)


# ---- The words of servers
# Source of each: AWS's "Error responses" and "Troubleshoot" pages and answers of S3 in public
# issues; MinIO's api-errors.go; Ceph's rgw_common.cc; SeaweedFS's s3err; Cloudflare's "Error codes"
# of R2; Google's "XML API error responses"; Backblaze's "S3-Compatible API" pages; Swift's s3response.py.

SAID: list[tuple[str, str, str]] = [
    ("AWS", "expired", error("AccessDenied", "Request has expired", Expires="2026-01-02T14:20:00Z", ServerTime="2026-01-02T16:25:01Z")),
    ("AWS", "not_yet_valid", error("AccessDenied", "Request is not yet valid", HostId="x")),
    ("AWS", "clock_skew", error("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
                                RequestTime="20260102T140500Z", ServerTime="2026-01-02T16:25:01Z")),
    ("AWS", "access_denied", error("AccessDenied", "Access Denied", HostId="x")),
    ("AWS", "access_denied", error("AccessDenied", "User: arn:aws:iam::1:user/a is not authorized to perform: s3:GetObject on resource: b", HostId="x")),
    ("AWS", "access_denied", error("AccessDenied", "User: arn:aws:sts::1:assumed-role/a is not authorized to perform: kms:Decrypt", HostId="x")),
    ("AWS", "access_denied", error("AllAccessDisabled", "All access to this object has been disabled")),
    ("AWS", "access_denied", error("InvalidObjectState", "The operation is not valid for the object's storage class")),
    ("AWS", "headers_not_signed", error("AccessDenied", "There were headers present in the request which were not signed",
                                        HeadersNotSigned="x-amz-acl")),
    ("AWS", "malformed", error("AccessDenied", "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")),
    ("AWS", "malformed", error("AuthorizationQueryParametersError", "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                               "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")),
    ("AWS", "malformed", error("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds); that is, the "
                               "given X-Amz-Expires must be less than 604800 seconds")),
    ("AWS", "malformed", error("InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
                               "query string parameter or the Authorization header should be specified")),
    ("AWS", "wrong_region", error("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; the region "
                                  "'eu-west-1' is wrong; expecting 'us-gov-west-1'", Region="us-gov-west-1")),
    ("AWS", "wrong_region", error("AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; "
                                  "expecting 'eu-central-1'")),
    ("AWS", "wrong_service", error("AuthorizationQueryParametersError", 'Error parsing the X-Amz-Credential parameter; incorrect service '
                                   '"s4". This endpoint belongs to "s3".')),
    ("AWS STS", "wrong_region", error("SignatureDoesNotMatch", "Credential should be scoped to a valid region.")),
    ("AWS STS", "wrong_service", error("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'.")),
    ("AWS STS", "expired", error("SignatureDoesNotMatch", "Signature expired: 20260102T140500Z is now earlier than 20260102T150000Z")),
    ("AWS STS", "not_yet_valid", error("SignatureDoesNotMatch", "Signature not yet current: 20260102T140500Z is still later than x")),
    ("AWS", "unknown_access_key", error("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")),
    ("AWS STS", "unknown_access_key", error("InvalidClientTokenId", "The security token included in the request is invalid.")),
    ("AWS", "session_token_expired", error("ExpiredToken", "The provided token has expired.", HostId="x", Token_0="secret")),
    ("AWS", "session_token_expired", error("TokenRefreshRequired", "The provided token must be refreshed.", HostId="x")),
    ("AWS", "sigv2_not_supported", error("InvalidRequest", "The authorization mechanism you have provided is not supported. "
                                         "Please use AWS4-HMAC-SHA256.")),
    ("AWS", "sigv2_not_supported", error("InvalidArgument", "Requests specifying Server Side Encryption with AWS KMS managed keys "
                                         "require AWS Signature Version 4.")),
    ("AWS", "redirect", error("PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.",
                              Endpoint="examplebucket.s3.us-west-2.amazonaws.com")),
    ("AWS", "redirect", error("TemporaryRedirect", "Please re-send this request to the specified temporary endpoint.", Region="us-west-2")),
    ("AWS", "no_such_key", error("NoSuchKey", "The specified key does not exist.", Key="k")),
    ("AWS", "no_such_key", error("NoSuchVersion", "The specified version does not exist.")),
    ("AWS", "no_such_key", error("NoSuchUpload", "The specified upload does not exist.")),
    ("AWS", "no_such_bucket", error("NoSuchBucket", "The specified bucket does not exist")),
    ("AWS", "no_such_bucket", error("InvalidBucketName", "The specified bucket is not valid.")),
    ("AWS", "post_condition_failed", error("AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a"]')),
    ("AWS", "post_extra_field", error("AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-a")),
    ("AWS", "expired", error("AccessDenied", "Invalid according to Policy: Policy expired.")),
    ("AWS", "malformed", error("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")),
    ("AWS", "malformed", error("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")),
    ("AWS", "too_large", error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", MaxSizeAllowed="10")),
    ("AWS", "too_small", error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")),
    ("AWS", "precondition_failed", error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")),
    ("AWS", "precondition_failed", error("ConditionalRequestConflict", "Conflict")),
    ("AWS", "payload_mismatch", error("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")),
    ("AWS", "payload_mismatch", error("BadDigest", "The Content-MD5 you specified did not match what we received.")),
    ("AWS", "payload_mismatch", error("IncompleteBody", "You did not provide the number of bytes specified by Content-Length")),
    ("AWS", "header_missing", error("MissingContentLength", "You must provide the Content-Length HTTP header.")),
    ("AWS", "header_missing", error("MissingSecurityHeader", "Your request was missing a required header.")),
    ("AWS", "method_not_allowed", error("MethodNotAllowed", "The specified method is not allowed against this resource.")),
    ("AWS", "not_implemented", error("NotImplemented", "A header you provided implies functionality that is not implemented", Header="Transfer-Encoding")),
    ("AWS", "unknown", error("SlowDown", "Please reduce your request rate.")),
    ("MinIO", "expired", error("AccessDenied", "Request has expired", Resource="/b/k")),
    ("MinIO", "not_yet_valid", error("AccessDenied", "Request is not valid yet")),
    ("MinIO", "wrong_region", error("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; the region is wrong;")),
    ("MinIO", "wrong_secret", error("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "
                                    "Check your key and signing method.", Resource="/b/k", Region="us-east-1")),
    ("Ceph", "wrong_secret", ('<?xml version="1.0" encoding="UTF-8"?><Error><Code>SignatureDoesNotMatch</Code><RequestId>tx1</RequestId>'
             "<HostId>1-default-default</HostId></Error>")),
    ("Ceph", "access_denied", "<Error><Code>AccessDenied</Code><BucketName>b</BucketName><RequestId>tx1</RequestId><HostId>1</HostId></Error>"),
    ("Ceph", "unknown_access_key", "<Error><Code>InvalidAccessKeyId</Code><RequestId>tx1</RequestId><HostId>1</HostId></Error>"),
    ("SeaweedFS", "expired", error("ExpiredPresignRequest", "Request has expired")),
    ("SeaweedFS", "wrong_secret", error("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")),
    ("R2", "expired", error("ExpiredRequest", "Request has expired")),
    ("R2", "unknown_access_key", error("InvalidArgument", "Credential access key has length 20, should be 32")),
    ("R2", "access_denied", error("Unauthorized", "Unauthorized")),
    ("R2", "not_implemented", error("NotImplemented", "PostObject not implemented")),
    ("GCS", "expired", error("ExpiredToken", "The provided token has expired.", Details="Request signature expired at: 2026-01-02T14:20:00+00:00")),
    ("GCS", "access_denied", error("AccessDenied", "Access denied.", Details="a@b does not have storage.objects.get access")),
    ("GCS", "malformed", error("MalformedSecurityHeader", "Your request has a malformed header.", ParameterName="signature")),
    ("B2", "wrong_secret", error("SignatureDoesNotMatch", "Signature validation failed")),
    ("B2", "unknown_access_key", error("InvalidAccessKeyId", "Malformed Access Key Id")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("server", "code", "answer"), SAID, ids=[f"{s}-{c}-{i}" for i, (s, c, _) in enumerate(SAID)]
)
def test_the_words_of_a_server_give_the_code(server: str, code: str, answer: str) -> None:
    assert code == told(str(get()), answer).code


def test_sixty_answers_are_known() -> None:
    assert len(SAID) >= 60


# ---- How an answer is pasted

DENIED = error("NoSuchKey", "The specified key does not exist.")
PASTED = {
    "XML": DENIED,
    "bytes": DENIED.encode(),
    "a byte order mark": "\ufeff" + DENIED,
    "curl -i": f"HTTP/1.1 404 Not Found\r\nServer: AmazonS3\r\n\r\n{DENIED}",
    "curl -i over HTTP/2": f"HTTP/2 404 \nserver: AmazonS3\n\n{DENIED}",
    "curl -i after 100 Continue": f"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n{DENIED}",
    "curl -v": f"* Connected\n> GET /k HTTP/1.1\n> Host: h\n> \n< HTTP/1.1 404 Not Found\n< Server: x\n< \n{{ [1 bytes]\n{DENIED}\n* Closing",
    "curl -v without requests": f"{DENIED}\n< HTTP/1.1 404 Not Found\n< \n",
    "a log line before": f"2026-01-02 14:05 ERROR response: {DENIED}",
    "a prefix and attributes": DENIED.replace("<Code>", '<s3:Code xml:lang="en">').replace(
        "</Code>", "</s3:Code>"
    ),
    "CDATA": DENIED.replace("NoSuchKey", "<![CDATA[NoSuchKey]]>"),
    "XML that is cut": DENIED[: DENIED.index("</Code>")],
    "HTML of a website endpoint": "<html><body><h1>404</h1><ul><li>Code: NoSuchKey</li><li>no colon</li></ul></body></html>",
    "JSON": 'x {"Code": "NoSuchKey", "Message": "m"}',
    "JSON inside of error": '{"error": {"code": "NoSuchKey", "message": 7}}',
    "JSON of another service": '{"__type": "com.amazon#NoSuchKey", "message": "m"}',
    "an exception": "botocore: An error occurred (NoSuchKey) when calling the GetObject operation: The key does not exist.",
}


@pytest.mark.parametrize("form", PASTED)
def test_an_answer_may_be_pasted_in_any_form(form: str) -> None:
    assert "no_such_key" == told(str(get()), PASTED[form]).code


NOT_READ: list[str | bytes] = [
    b"\x00\xff\x1f\x8b",
    "<html><body>Blocked by the proxy</body></html>",
    "{",
    "[1]",
    '{"error": "x"}',
    "[" * 100_000,
    "{" * 100_000 + '"a":' * 10,
    "<a>" * 200_000,
    "An error occurred (",
    "<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>&a;&a;</Code></Error>",
    "HTTP/1.1",
    "HTTP/1.1 x\n\n<",
    "HTTP/1.1 x\n\n" * 80_000,
    "<Error><Code>SomethingNew</Code></Error>",
]


@pytest.mark.parametrize("answer", NOT_READ, ids=range(len(NOT_READ)))
def test_an_answer_that_can_not_be_read_is_unknown_and_says_what_is_needed(answer: str | bytes) -> None:
    diagnosis = told(str(get()), answer)
    assert "unknown" == diagnosis.code
    assert "curl -i" in diagnosis.fix


def test_an_unknown_code_is_shown_without_its_secrets() -> None:
    answer = error("SomethingNew", "X-Amz-Signature=abc was odd")
    assert "SomethingNew: X-Amz-Signature=… was odd" in told(str(get()), answer).cause


# ---- A status alone

STATUSES = [
    (200, "ok"), (204, "ok"), (301, "redirect"), (307, "redirect"), (304, "precondition_failed"), (400, "malformed"),
    (401, "access_denied"), (404, "no_such_key"), (405, "method_not_allowed"), (411, "header_missing"),
    (412, "precondition_failed"), (413, "too_large"), (414, "malformed"), (500, "unknown"), (501, "not_implemented"),
    (503, "unknown"), (403, "unknown"), (402, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "code"), STATUSES)
def test_a_status_alone_says_something(status: int, code: str) -> None:
    assert code == told(str(get()), status=status).code


def test_a_refusal_without_a_body_is_explained_by_the_url_where_that_is_wrong() -> None:
    assert "expired" == told(str(get()), status=403, now=NOW + timedelta(days=1)).code


def test_a_redirect_names_the_region_that_the_server_names() -> None:
    answer = "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: us-west-2\r\n\r\n"
    assert "sign with region='us-west-2'" == told(str(get()), answer).fix


def test_a_refusal_behind_a_redirect_is_the_redirects_fault() -> None:
    answer = "HTTP/1.1 307 T\r\nLocation: https://x/\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n" + error(
        "AccessDenied", "x"
    )
    assert "redirect" == told(str(get()), answer).code


# ---- Times


def test_an_expiry_is_told_by_the_servers_clock() -> None:
    answer = error(
        "AccessDenied",
        "Request has expired",
        Expires="2026-01-02T14:20:00Z",
        ServerTime="2026-01-02T14:30:05Z",
    )
    assert "expired 10 minutes 5 seconds before the server got the request" in told(str(get()), answer).cause


def test_an_expiry_by_the_date_header_counts_too() -> None:
    answer = "HTTP/1.1 403 F\r\nDate: Fri, 02 Jan 2026 15:20:00 GMT\r\n\r\n" + error(
        "AccessDenied", "Request has expired"
    )
    assert "expired 1 hour before" in told(str(get()), answer).cause


@pytest.mark.parametrize(
    "date", ["", "today", "Fri, 02 Foo 2026 15:20:00 GMT", "Fri, 99 Jan 2026 15:20:00 GMT"]
)
def test_a_date_header_that_is_none_is_passed_over(date: str) -> None:
    answer = f"HTTP/1.1 403 F\r\nDate: {date}\r\n\r\n" + error("AccessDenied", "Request has expired")
    assert (
        "The server says that the URL has expired; by the URL it ended at 2026-01-02 14:20:00 UTC"
        == told(str(get()), answer).cause
    )


def test_clocks_that_differ_are_told_beside_an_expiry() -> None:
    answer = error("AccessDenied", "Request has expired", ServerTime="2026-01-02T16:25:01Z")
    assert ["expired", "clock_skew"] == [finding.code for finding in told(str(get()), answer).findings]


def test_an_expiry_of_a_url_that_can_not_be_read_is_told_without_times() -> None:
    causes = [
        finding.cause for finding in told("https://h/", error("AccessDenied", "Request has expired")).findings
    ]
    assert "The server says that the URL has expired" in causes


def test_a_url_of_the_future_is_told_by_how_much() -> None:
    answer = error("AccessDenied", "Request is not yet valid", ServerTime="2026-01-02T13:05:00Z")
    assert "signed 1 hour ahead of the server's clock" in told(str(get()), answer).cause


def test_skew_is_told_by_how_much_and_which_way() -> None:
    answer = error("RequestTimeTooSkewed", "too large", ServerTime="2026-01-02T13:05:00Z")
    assert "1 hour ahead of the server's" in told(str(get()), answer).cause


def test_skew_without_times_is_told_without() -> None:
    assert (
        "The signer's clock and the server's differ too much"
        == told("https://h/", error("RequestTimeTooSkewed")).findings[0].cause
    )


def test_without_an_answer_our_clock_tells() -> None:
    assert "expired" == told(str(get()), now=NOW + timedelta(minutes=16)).code
    assert "not_yet_valid" == told(str(get()), now=NOW - timedelta(minutes=16)).code
    assert "ok" == told(str(get()), now=NOW - timedelta(minutes=14)).code


def test_a_bare_denial_of_ceph_is_an_expiry_where_our_clock_says_so() -> None:
    url = get(endpoint_url="http://localhost:8000")
    answer = "<Error><Code>AccessDenied</Code><RequestId>tx1</RequestId></Error>"
    assert "expired" == told(str(url), answer, now=NOW + timedelta(days=1)).code
    assert "access_denied" == told(str(url), answer).code


def test_a_denial_for_the_signatures_age_says_so() -> None:
    answer = error("AccessDenied", "User is not authorized: s3:signatureAge")
    assert "shorter life" in told(str(get()), answer).fix


# ---- Canonical requests

CHANGES: list[tuple[str, str, Callable[[str], str], str]] = [
    ("method_mismatch", "sent with HEAD", lambda r: r.replace("GET", "HEAD", 1), "signed for GET"),
    ("path_rewritten", "percent-encoded once more", lambda r: r.replace("%20", "%2520", 1), "path"),
    ("path_rewritten", "in another way", lambda r: r.replace("/a%20b", "/%61%20b", 1), "path"),
    ("path_rewritten", "put in front", lambda r: r.replace("/a%20b", "/prefix/a%20b", 1), "path"),
    ("path_rewritten", "slash at its end", lambda r: r.replace(".txt", ".txt/", 1), "path"),
    ("path_rewritten", "upper and lower", lambda r: r.replace(".txt", ".TXT", 1), "path"),
    ("path_rewritten", "another path", lambda r: r.replace(".txt", ".pdf", 1), "path"),
    ("path_rewritten", "another path", lambda r: r.replace("a%20b.txt", "%e", 1), "path"),
    (
        "host_changed",
        "asked as minio:9000",
        lambda r: r.replace("examplebucket.s3.eu-west-1.amazonaws.com", "minio:9000"),
        "host",
    ),
    (
        "query_changed",
        "added: utm_source",
        lambda r: r.replace("=host\n", "=host&utm_source=mail\n"),
        "query",
    ),
    ("query_changed", "missing: X-Amz-Expires", lambda r: r.replace("&X-Amz-Expires=900", ""), "query"),
    (
        "query_changed",
        "X-Amz-Expires arrived changed",
        lambda r: r.replace("Expires=900", "Expires=9000"),
        "query",
    ),
    ("query_changed", "&amp;", lambda r: r.replace("&X-Amz-Date", "&amp%3BX-Amz-Date"), "query"),
    (
        "query_changed",
        "another number of times",
        lambda r: r.replace("&X-Amz-Date", "&X-Amz-Expires=900&X-Amz-Date"),
        "query",
    ),
    ("payload_mismatch", "without a hash", lambda r: r.replace("UNSIGNED-PAYLOAD", "0" * 64), "payload"),
]


@pytest.mark.parametrize(("code", "how", "change", "_"), CHANGES, ids=[f"{c}-{h}" for c, h, _, _ in CHANGES])
@pytest.mark.parametrize("form", [lambda url: url, str], ids=["a PresignedURL", "a str"])
def test_a_line_that_differs_names_the_cause(
    code: str, how: str, change: Callable[[str], str], _: str, form: Callable[[Any], Any]
) -> None:
    url = get()
    diagnosis = told(form(url), mismatch(url, change))
    if form is str and code == "method_mismatch":
        assert {"method_mismatch", "wrong_secret"} == {finding.code for finding in diagnosis.findings}
        return
    assert code == diagnosis.code
    assert how in diagnosis.cause
    assert any(line.startswith("- ") for line in diagnosis.diff) or how.startswith(
        ("added", "another number")
    )


@pytest.mark.parametrize(
    ("key", "change", "how"),
    [
        ("a/../b", ("/a/../b", "/b"), "dot segments"),
        ("a//b", ("/a//b", "/a/b"), "double slashes"),
        ("base/k", ("/base/k", "/k"), "cut off"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
def test_a_path_that_a_client_rewrote_is_recognised(key: str, change: tuple[str, str], how: str) -> None:
    url = get(key=key)
    diagnosis = told(url, mismatch(url, lambda r: r.replace(*change, 1)))
    assert ("path_rewritten", True) == (diagnosis.code, how in diagnosis.cause)


def test_the_same_request_means_another_secret() -> None:
    assert "wrong_secret" == told(str(get()), mismatch(get())).code


def test_the_secret_is_not_blamed_alone_where_the_url_may_have_been_changed() -> None:
    edited = str(get()).replace("Expires=900", "Expires=901")
    assert "or the URL was changed since" in told(edited, credentials=KEY).cause


def test_windows_line_ends_make_no_difference() -> None:
    url = get()
    assert "wrong_secret" == told(str(url), mismatch(url).replace("\n", "\r\n")).code


def test_the_bytes_of_the_request_serve_where_its_text_is_missing() -> None:
    url = get()
    raw = texts(url)[0].replace("GET", "PUT", 1).encode().hex(" ")
    answer = error("SignatureDoesNotMatch", "m", CanonicalRequestBytes=raw)
    assert "method_mismatch" == told(url, answer).code


@pytest.mark.parametrize("raw", ["zz", "", "ff"])
def test_bytes_that_are_none_are_passed_over(raw: str) -> None:
    assert (
        "wrong_secret"
        == told(str(get()), error("SignatureDoesNotMatch", "m", CanonicalRequestBytes=raw)).code
    )


def test_messages_of_other_services_hold_the_request_too() -> None:
    url = presign(
        "GET",
        "https://api.example.com/a",
        service="execute-api",
        region="eu-west-1",
        credentials=KEY,
        now=NOW,
    )
    request, string = texts(url)
    message = (
        "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this "
        f"request should have been\n'{request.replace('api.example.com', 'inner')}'\n\nThe String-to-Sign should have been\n'{string}'\n"
    )
    assert (
        "host_changed"
        == told(
            str(url),
            f'{{"message": {__import__("json").dumps(message)}, "__type": "InvalidSignatureException"}}',
        ).code
    )


def test_a_message_without_quotes_is_read_as_far_as_it_goes() -> None:
    answer = error("SignatureDoesNotMatch", "The Canonical String for this request should have been GET")
    assert "path_rewritten" in {finding.code for finding in told(str(get()), answer).findings}


def test_secrets_are_hidden_in_a_diff() -> None:
    url = presign_put(
        "examplebucket", "k", region="eu-west-1", credentials=TEMPORARY, now=NOW, sse_customer_key=b"k" * 32
    )
    shown = str(told(url, mismatch(url, lambda r: r.replace("PUT", "GET", 1))))
    assert "x-amz-server-side-encryption-customer-key:…" in shown
    assert all(secret not in shown for secret in ("tok", "ASIA", "a2tra2"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("/eu-west-1/", "/us-east-1/"), "wrong_region"),
        (("/s3/", "/sts/"), "wrong_service"),
        (("20260102T140500Z", "20260102T150500Z"), "query_changed"),
    ],
)
def test_another_string_to_sign_names_the_scope(change: tuple[str, str], code: str) -> None:
    url = get()
    assert code == told(str(url), mismatch(url, StringToSign=texts(url)[1].replace(*change))).code


def test_a_signature_that_arrived_changed_is_recognised() -> None:
    assert "signature_altered" == told(str(get()), mismatch(get(), SignatureProvided="0" * 64)).code


# ---- Headers

UPLOAD = {"content_type": "text/plain", "metadata": {"a": "1"}}


def test_a_signed_header_that_did_not_arrive_is_named_with_its_value() -> None:
    url = put(**UPLOAD)
    diagnosis = told(url, mismatch(url, lambda r: r.replace("content-type:text/plain", "content-type:")))
    assert ("header_missing", "send content-type: text/plain") == (diagnosis.code, diagnosis.fix)


def test_a_signed_header_with_another_value_is_named_with_the_right_one() -> None:
    url = put(**UPLOAD)
    diagnosis = told(url, mismatch(url, lambda r: r.replace("text/plain", "text/html")))
    assert ("header_changed", "send content-type: text/plain") == (diagnosis.code, diagnosis.fix)


def test_the_url_alone_names_the_header_that_did_not_arrive() -> None:
    url = put(**UPLOAD)
    diagnosis = told(str(url), mismatch(url, lambda r: r.replace("content-type:text/plain", "content-type:")))
    assert ("header_missing", "send content-type, with the value that was signed") == (
        diagnosis.code,
        diagnosis.fix,
    )


def test_the_url_alone_can_not_know_the_values() -> None:
    url = put(**UPLOAD)
    findings = told(str(url), mismatch(url)).findings
    assert ["header_changed", "wrong_secret"] == [finding.code for finding in findings]


def test_an_empty_header_that_was_signed_empty_is_not_missing() -> None:
    url = put(headers={"x-amz-meta-a": ""})
    assert "wrong_secret" == told(url, mismatch(url)).code


def test_headers_that_were_sent_are_held_against_those_signed() -> None:
    answer = error("SignatureDoesNotMatch")
    assert "header_missing" == told(put(**UPLOAD), answer, sent_headers={}).code
    sent = [("Content-Type", "text/html"), ("x-amz-meta-a", "1"), ("X-Amz-Meta-A", "2")]
    causes = [finding.cause for finding in told(put(**UPLOAD), answer, sent_headers=sent).findings]
    assert "A header that is signed arrived with another value: content-type, x-amz-meta-a" in causes


def test_without_an_answer_missing_headers_are_found_too() -> None:
    assert "header_missing" == told(put(**UPLOAD), sent_headers={}).code


def test_headers_of_a_presigned_url_are_named_where_a_server_tells_nothing() -> None:
    diagnosis = told(put(**UPLOAD), error("SignatureDoesNotMatch"))
    assert ("header_missing", "send content-type: text/plain; x-amz-meta-a: 1") == (
        diagnosis.code,
        diagnosis.fix,
    )


def test_headers_of_a_url_are_named_where_a_server_tells_nothing() -> None:
    assert "content-type, x-amz-meta-a" in told(str(put(**UPLOAD)), error("SignatureDoesNotMatch")).cause


def test_unsigned_headers_are_named_by_the_server_or_by_what_was_sent() -> None:
    answer = error(
        "AccessDenied",
        "There were headers present in the request which were not signed",
        HeadersNotSigned="x-amz-acl",
    )
    assert "The client sent headers that are not signed: x-amz-acl" == told(str(get()), answer).cause
    assert "headers_not_signed" == told(get(), sent_headers={"x-amz-acl": "private"}).code


def test_minio_says_so_of_missing_headers_too() -> None:
    answer = error("AccessDenied", "There were headers present in the request which were not signed")
    assert ["headers_not_signed", "header_missing"] == [
        f.code for f in told(str(put(**UPLOAD)), answer).findings
    ]


def test_authorization_beside_the_url_is_found() -> None:
    assert "signed twice" in told(get(), sent_headers={"Authorization": "x"}).cause


def test_the_host_that_was_sent_is_held_against_the_one_signed() -> None:
    assert "host_changed" == told(get(), sent_headers={"Host": "minio:9000"}).code


def test_curl_v_tells_method_and_headers() -> None:
    answer = "> HEAD /k HTTP/1.1\n> Host: minio\n>\n< HTTP/1.1 403 F\n<\n"
    codes = {finding.code for finding in told(get(), answer).findings}
    assert {"method_mismatch", "host_changed"} == codes


def test_a_request_line_of_curl_v_that_is_none_is_passed_over() -> None:
    assert "unknown" == told(get(), "> x\n< HTTP/1.1 403 F\n<\n").code


def test_the_method_is_suspected_where_a_server_tells_nothing() -> None:
    codes = [
        finding.code for finding in told(str(get()), error("SignatureDoesNotMatch"), method="HEAD").findings
    ]
    assert ["method_mismatch", "wrong_secret"] == codes


# ---- The session token


def test_a_temporary_key_without_its_token_is_recognised() -> None:
    url = str(get(credentials=TEMPORARY)).replace("&X-Amz-Security-Token=tok%2Fen%2Bwith%3Dsigns", "")
    for answer in (
        None,
        error("InvalidAccessKeyId"),
        error("InvalidToken", HostId="x"),
        error("SignatureDoesNotMatch"),
    ):
        assert "session_token_missing" == told(url, answer).code


def test_a_token_that_is_not_the_keys_is_recognised() -> None:
    assert (
        "session_token_invalid"
        == told(str(get(credentials=TEMPORARY)), error("InvalidToken", HostId="x")).code
    )


def test_an_expired_token_without_a_token_is_an_expired_url() -> None:
    assert "expired" == told(str(get()), error("ExpiredToken", "x")).code
    assert "session_token_expired" == told(str(get(credentials=TEMPORARY)), error("ExpiredToken", "x")).code


# ---- What copying does

DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "broken into lines": (lambda url: url[:60] + "\r\n " + url[60:], "malformed"),
    "broken by quoted-printable": (lambda url: url[:60] + "=\n" + url[60:], "malformed"),
    "escaped for HTML": (lambda url: url.replace("&", "&amp;"), "query_changed"),
    "copied out of JSON": (lambda url: url.replace("&", "\\u0026"), "query_changed"),
    "escaped for HTML twice": (lambda url: url.replace("&", "&amp;amp;"), "query_changed"),
    "encoded twice": (lambda url: url.replace("%2F", "%252F"), "query_changed"),
    "cut": (lambda url: url[:-10], "signature_altered"),
    "cut at the first &": (lambda url: url.partition("&")[0], "malformed"),
    "in lower case": (lambda url: url.lower(), "query_changed"),
    "twice over": (lambda url: url + "&" + url.partition("?")[2], "query_changed"),
    "unsigned": (lambda url: url.partition("?")[0], "malformed"),
    "a name": (lambda url: "a.txt", "malformed"),
    "empty": (lambda url: "", "malformed"),
    "binary": (lambda url: "\0\x01é", "malformed"),
    "an escape cut": (lambda url: url + "%", "malformed"),
    "an escape cut, encoded twice": (lambda url: url.replace("%2F", "%252F") + "%", "malformed"),
    "a megabyte": (lambda url: url + "&a=" + "x%20" * 250_000, "ok"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_copying_does_to_a_url_is_recognised(damage: str) -> None:
    do, code = DAMAGES[damage]
    assert code in [finding.code for finding in told(do(str(get()))).findings]


@pytest.mark.parametrize("wrap", ["<{}>", '"{}"', " {}\n"])
def test_brackets_and_quotes_around_a_url_do_not_matter(wrap: str) -> None:
    assert "ok" == told(wrap.format(get())).code


def test_a_query_that_is_nothing_like_a_signature_stays_as_it_is() -> None:
    assert "malformed" == told("https://h/?a%3Db%252Fc").code


# ---- With the credentials at hand

SLIPS: list[tuple[str, str, dict[str, Any]]] = [
    ("wrong_secret", "with a line break at its end", {"secret": SECRET + "\n"}),
    ("wrong_secret", "with quotes around it", {"secret": f'"{SECRET}"'}),
    ("wrong_secret", "without its last character", {"secret": SECRET[:-1]}),
    ("wrong_region", "of region us-east-1", {"key_parts": lambda ps: [ps[0], "us-east-1", *ps[2:]]}),
    ("wrong_service", "of service execute-api", {"key_parts": lambda ps: [*ps[:2], "execute-api", ps[3]]}),
    ("host_changed", "s3.eu-west-1.amazonaws.com", {"host_in_request": lambda _: "s3.eu-west-1.amazonaws.com",
                                                   "path_in_request": lambda p: "/examplebucket" + p}),
    ("host_changed", "signed for host", {"host_in_request": lambda h: h + ":443"}),
    ("path_rewritten", "another way", {"path_in_request": lambda p: p.replace("%", "%25")}),
    ("path_rewritten", "another way", {"key": "a+b", "path_in_request": lambda p: p.replace("%2B", "%20")}),
    ("path_rewritten", "another way", {"path_in_request": lambda p: "/examplebucket" + p}),
    ("query_changed", "another order", {"sort": lambda ps: ps, "query": [("versionId", "1")]}),
    ("query_changed", "percent-encoding", {"signed_query": lambda ps: [(n, v.replace("%2F", "/")) for n, v in ps]}),
    ("query_changed", "parameter utm was added", {"written": lambda ps: [*ps, ("utm", "1")]}),
    ("query_changed", "token was added after", {"token": "t", "signed_query": lambda ps: [p for p in ps if p[0] != "X-Amz-Security-Token"]}),
    ("payload_mismatch", "e3b0c442", {"payload": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}),
    ("header_changed", "content-type image/png", {"headers": [("content-type", "image/png")]}),
    ("header_changed", "listed as signed", {"names": lambda ns: [*ns, "range"], "canonical": lambda r: r.replace("\nhost;range\n", "\nhost\n")}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "what", "slip"), SLIPS, ids=[f"{c}-{w}" for c, w, _ in SLIPS])
@pytest.mark.parametrize(
    "answer", [None, error("SignatureDoesNotMatch"), error("AccessDenied", "Access Denied")]
)
def test_the_slip_that_reproduces_the_signature_is_named(
    code: str, what: str, slip: dict[str, Any], answer: str | None
) -> None:
    found = told(signed(**slip).url, answer, credentials=KEY).findings
    assert (code, True) in {(finding.code, what in finding.cause) for finding in found}


SLIPS_OF_SIGV4A: list[tuple[str, str, dict[str, Any]]] = [
    ("wrong_secret", "without its last character", {"secret": SECRET[:-1]}),
    ("wrong_region", "region set *, and says eu-west-1,us-*", {"signed_query": lambda ps: [(n, v.replace("eu-west-1%2Cus-%2A", "%2A")) for n, v in ps]}),
    ("wrong_service", "service execute-api, and says s3", {"string": lambda t: t.replace("/s3/", "/execute-api/")}),
    ("host_changed", "signed for host", {"host_in_request": lambda h: h + ":443"}),
    ("path_rewritten", "another way", {"path_in_request": lambda p: p.replace("%", "%25")}),
    ("query_changed", "X-Amz-Region-Set was added", {"signed_query": lambda ps: [p for p in ps if p[0] != "X-Amz-Region-Set"]}),
    ("payload_mismatch", "e3b0c442", {"payload": EMPTY}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "what", "slip"), SLIPS_OF_SIGV4A, ids=[w for _, w, _ in SLIPS_OF_SIGV4A])
def test_the_slip_that_reproduces_a_signature_of_sigv4a_is_named(
    code: str, what: str, slip: dict[str, Any]
) -> None:
    found = told(signed_for_regions(**slip).url, error("SignatureDoesNotMatch"), credentials=KEY).findings
    assert (code, True) == (found[0].code, what in found[0].cause)


def test_a_url_of_sigv4a_is_tried_whole() -> None:
    assert "ok" == told(signed_for_regions().url, credentials=KEY).code
    answer = error("SignatureDoesNotMatch")
    assert (
        "The URL is signed for PUT"
        == told(signed_for_regions(method="PUT").url, answer, credentials=KEY).cause
    )
    slips: list[dict[str, Any]] = [{"secret": "other"}, {"prefix": "AWS4"}]
    for other in slips:
        diagnosis = told(signed_for_regions(**other).url, answer, credentials=KEY)
        assert ("wrong_secret", True) == (diagnosis.code, "No likely variant" in diagnosis.cause)
    cut = signed_for_regions(signature=lambda s: s[:-1]).url
    assert "signature_altered" == told(cut, answer, credentials=KEY).code


def test_a_region_that_the_region_set_lacks_is_named() -> None:
    # As S3 answered in September 2026, according to brekkylab/backlot, backlot/auth.py.
    said = "The provided X-Amz-Region-Set doesn't match against the requested S3 region."
    answer = error("RegionSetMismatch", said, RequestedRegion="us-east-1", RegionSet="eu-west-1")
    diagnosis = told(signed_for_regions(region_set="eu-west-1").url, answer)
    assert ("wrong_region", "The bucket is in us-east-1") == (diagnosis.code, diagnosis.cause)


def test_a_method_that_reproduces_the_signature_is_named() -> None:
    url = signed(method="PUT").url
    assert "method_mismatch" == told(url, error("SignatureDoesNotMatch"), credentials=KEY, method="GET").code
    assert "The URL is signed for PUT" == told(url, error("SignatureDoesNotMatch"), credentials=KEY).cause
    assert "ok" == told(url, credentials=KEY).code


def test_a_lost_token_that_was_signed_is_named() -> None:
    url = signed(token="t", written=lambda ps: [p for p in ps if p[0] != "X-Amz-Security-Token"]).url
    known = Credentials(KEY_ID, SECRET, "t")
    assert "session_token_missing" == told(url, error("SignatureDoesNotMatch"), credentials=known).code


def test_headers_that_are_signed_and_not_listed_are_named() -> None:
    url = signed(
        headers=[("range", "bytes=0-1")],
        names=lambda names: ["host"],
        canonical=lambda request: request.replace("\nhost\n", "\nhost;range\n"),
    ).url
    sent = {"range": "bytes=0-1", "user-agent": "curl"}
    diagnosis = told(url, error("SignatureDoesNotMatch"), credentials=KEY, sent_headers=sent)
    assert ("header_changed", True) == (diagnosis.code, "does not list" in diagnosis.cause)


def test_a_right_url_that_is_refused_was_changed_on_the_way() -> None:
    assert "host_changed" == told(str(get()), error("SignatureDoesNotMatch"), credentials=KEY).code


def test_a_right_url_is_ok() -> None:
    assert "ok" == told(get(), credentials=KEY).code


def test_another_secret_is_named_after_all_trials() -> None:
    diagnosis = told(
        str(get(credentials=Credentials(KEY_ID, "other"))), error("SignatureDoesNotMatch"), credentials=KEY
    )
    assert ("wrong_secret", True) == (diagnosis.code, "No likely variant" in diagnosis.cause)


def test_credentials_of_another_id_are_told() -> None:
    other = Credentials("AKIAOTHER", "other")
    assert (
        "another access key id" in told(str(get()), error("SignatureDoesNotMatch"), credentials=other).cause
    )


def test_a_mixed_up_pair_is_told() -> None:
    other = Credentials("AKIAOTHER", SECRET)
    assert (
        "two pairs are mixed up" in told(str(get()), error("SignatureDoesNotMatch"), credentials=other).cause
    )


@pytest.mark.parametrize(
    "url",
    ["https://h/?a", signed(algorithm="AWS4-ECDSA-P256-SHA256").url, "https://h/?X-Amz-Credential=a%2F20260102%2Fr%2Fs3%2Faws4_request",
     signed(query=[("a", "x" * 20_001)]).url],
)  # fmt: skip
def test_what_can_not_be_tried_is_not(url: str) -> None:
    assert "host_changed" not in {finding.code for finding in told(url, credentials=KEY).findings}


@pytest.mark.parametrize(
    "host",
    [
        "localhost:9000",
        "examplebucket-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
        "sts.amazonaws.com",
        "bucket.s3.example.com",
    ],
)
def test_hosts_of_all_kinds_can_be_tried(host: str) -> None:
    assert (
        "wrong_secret"
        == told(signed(host=host, secret="x").url, error("SignatureDoesNotMatch"), credentials=KEY).code
    )


@pytest.mark.parametrize("path", ["/%00", "/examplebucket/%00"])
def test_a_path_that_no_key_has_can_be_tried(path: str) -> None:
    url = signed(path_in_url=lambda _: path).url
    assert "wrong_secret" == told(url, error("SignatureDoesNotMatch"), credentials=KEY).code


def test_where_nothing_can_be_tried_the_usual_causes_are_told() -> None:
    url = signed(query=[("a", "x" * 20_001)]).url
    found = told(url, error("SignatureDoesNotMatch"), credentials=KEY).findings
    assert [("wrong_secret", True)] == [(one.code, "usual cause" in one.cause) for one in found]


def test_all_content_types_are_tried() -> None:
    url = put(content_type="image/webp", metadata={"a": "1"})
    other = Credentials(KEY_ID, "other")
    assert "No likely variant" in told(str(url), credentials=other).cause


def test_a_provider_may_stand_for_credentials() -> None:
    class Provider:
        def load(self, min_lifetime: float = 0) -> Credentials:
            assert min_lifetime == 0
            return KEY

    assert "host_changed" == told(str(get()), error("SignatureDoesNotMatch"), credentials=Provider()).code


# ---- Arguments


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("url", lambda: diagnose(7)),  # type: ignore[arg-type]
        ("response", lambda: diagnose("x", 7)),  # type: ignore[arg-type]
        ("status", lambda: diagnose("x", status="403")),  # type: ignore[arg-type]
        ("status", lambda: diagnose("x", status=True)),
        ("method", lambda: diagnose("x", method=b"GET")),  # type: ignore[arg-type]
        ("sent_headers", lambda: diagnose("x", sent_headers=7)),  # type: ignore[arg-type]
        ("credentials", lambda: diagnose("x", credentials={"AKIA": KEY})),  # type: ignore[arg-type]
        ("now", lambda: diagnose("x", now=datetime(2026, 1, 2))),  # noqa: DTZ001
    ],
)
def test_arguments_of_another_type_name_their_field(field: str, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert field == caught.value.field


def test_without_a_time_the_clock_is_read() -> None:
    assert "expired" == diagnose(str(get())).code


# ---- The report


def test_a_report_begins_with_the_cause() -> None:
    lines = str(told(str(get()), error("NoSuchKey"), now=NOW + timedelta(days=1))).split("\n")
    assert ["no_such_key: The object does not exist", "Also:"] == [lines[0], lines[2]]
    assert lines[1].startswith("  Fix: ")


def test_a_report_shows_the_diff() -> None:
    url = get()
    assert "    - GET\n    + HEAD\n" in str(told(url, mismatch(url, lambda r: r.replace("GET", "HEAD", 1))))


def test_a_diagnosis_is_data() -> None:
    diagnosis = told(str(get()), error("NoSuchKey"))
    data = diagnosis.to_dict()
    assert ("no_such_key", diagnosis.cause, diagnosis.fix, []) == (
        data["code"],
        data["cause"],
        data["fix"],
        data["diff"],
    )
    assert data["findings"][0]["code"] == "no_such_key"


def test_reprs_are_short() -> None:
    diagnosis = told(str(get()), error("NoSuchKey"))
    assert "<Diagnosis no_such_key: The object does not exist>" == repr(diagnosis)
    assert "<Finding no_such_key: The object does not exist>" == repr(diagnosis.findings[0])


# ---- Forms


def _form(**changes: Any) -> dict[str, Any]:
    import base64
    import hashlib
    import hmac
    import json

    scope = "20260102/eu-west-1/s3/aws4_request"
    own = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{KEY_ID}/{scope}",
        "x-amz-date": "20260102T140500Z",
    }
    conditions: list[Any] = [
        {"bucket": "b"},
        ["starts-with", "$key", ""],
        *[{name: value} for name, value in own.items()],
    ]
    text = json.dumps(
        {"expiration": changes.pop("expiration", "2026-01-02T14:20:00Z"), "conditions": conditions}
    )
    policy = base64.b64encode(text.encode()).decode()
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, policy.encode(), hashlib.sha256).hexdigest()
    fields = {**own, "key": "k", "policy": policy, "x-amz-signature": signature, **changes}
    return {
        "url": "https://b.s3.eu-west-1.amazonaws.com/",
        "fields": {n: v for n, v in fields.items() if v is not None},
    }


FORMS: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    ("ok", {}, {}, None),
    ("ok", {}, {"credentials": KEY}, None),
    ("malformed", {"policy": None}, {"credentials": KEY}, None),
    ("malformed", {"policy": "!"}, {}, None),
    ("malformed", {"expiration": "soon"}, {}, None),
    ("expired", {}, {"now": NOW + timedelta(hours=1)}, None),
    ("expired", {}, {"now": NOW + timedelta(hours=1)}, error("AccessDenied", "Access Denied")),
    ("post_extra_field", {"acl": "private"}, {}, None),
    ("wrong_secret", {}, {"credentials": Credentials(KEY_ID, "x")}, None),
    ("wrong_secret", {}, {"credentials": Credentials("other", SECRET)}, error("SignatureDoesNotMatch")),
    ("wrong_secret", {}, {}, error("SignatureDoesNotMatch")),
    ("wrong_secret", {}, {"credentials": KEY}, error("SignatureDoesNotMatch")),
    (
        "session_token_missing",
        {"x-amz-credential": "ASIAIOSFODNN7EXAMPLE/20260102/eu-west-1/s3/aws4_request"},
        {},
        None,
    ),
    (
        "post_condition_failed",
        {},
        {},
        error("AccessDenied", "Invalid according to Policy: Policy Condition failed: x"),
    ),
    ("post_condition_failed", {}, {}, error("AccessDenied", "Policy Condition failed")),
    ("too_large", {}, {"credentials": KEY}, error("EntityTooLarge")),
    ("access_denied", {}, {}, error("AccessDenied", "Access Denied")),
]


@pytest.mark.parametrize(("code", "changes", "known", "answer"), FORMS)
def test_a_refused_form_is_explained(
    code: str, changes: dict[str, Any], known: dict[str, Any], answer: str | None
) -> None:
    assert code == told(_form(**changes), answer, **known).code


POST: dict[str, Any] = {"region": "eu-west-1", "max_size": 9, "content_type": "image/png", "now": NOW}


@pytest.mark.parametrize("credentials", [KEY, TEMPORARY])
def test_a_form_of_ours_is_right_and_was_changed_if_it_is_refused(credentials: Credentials) -> None:
    post = presign_post("examplebucket", "k", credentials=credentials, **POST)
    assert "These credentials signed" not in told(post, error("SignatureDoesNotMatch")).cause
    assert "ok" == told(post, credentials=credentials).code
    told_of_ours = told(post, error("SignatureDoesNotMatch"), credentials=credentials)
    assert ("wrong_secret", True) == (told_of_ours.code, "changed on the way" in told_of_ours.cause)


def test_a_form_that_lost_its_token_is_told() -> None:
    post = presign_post("examplebucket", "k", credentials=TEMPORARY, **POST)
    del post["fields"]["x-amz-security-token"]
    assert "session_token_missing" == told(post, error("InvalidAccessKeyId")).findings[-1].code
    assert "session_token_missing" == told(post).code
