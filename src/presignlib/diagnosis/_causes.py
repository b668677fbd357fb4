"""What servers call a refusal, and what it means: one row each.

Codes and sentences are those of AWS ("Amazon S3 API Reference, Error responses", "REST
error responses of other services"), MinIO's ``api-errors.go``, Ceph's ``rgw_common.cc``,
SeaweedFS's ``s3err``, Cloudflare's "R2 error codes" and Google's "HTTP status and error
codes for XML".
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..inspection import ALL_THREE, ONE_SET, iso_instant
from ..redaction import redact
from ..reports import Finding
from ._case import span_text, time_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ._case import Case

# A row reads ``code: cause -> fix``, with facts about the case in braces; what stands in brackets
# is left out where its fact is not known. Each ``<`` says when the row holds: the server's codes,
# after ``says`` the words of which its message has one, after ``if`` the fact that has to be
# known. Rows are read from the top; the first that holds is taken.
# With a colon come heads that are no server's code: the status where there is none, a finding
# that brings this one along, this machine's clock, and what was sent.
_TABLE = """
expired: The URL expired {over} ago, by this machine's clock (it ended at {our_end}) -> {again}
< :clock if over

not_yet_valid: The URL was signed {early} ahead of this machine's clock
-> set the clock of the machine that signs, as with NTP
< :clock if early

expired: The URL expired {late} before the server got the request, by the server's clock
(it ended at {end}) -> {again}
< says request has expired | policy expired | signature expired | url has expired if late
< ExpiredRequest RequestExpired ExpiredPresignRequest if late

expired: The server says that the URL has expired[; by the URL it ended at {end}] -> {again}
< says request has expired | policy expired | signature expired | url has expired
< ExpiredRequest RequestExpired ExpiredPresignRequest

not_yet_valid: The URL is not valid yet[: it was signed {ahead} ahead of the server's clock]
-> set the clock of the machine that signs, as with NTP
< says not yet valid | not valid yet | signature not yet current
< RequestNotReadyYet

clock_skew: The signer's clock and the server's differ too much[: the URL's time is {apart} the server's]
-> set the clock of the machine that signs, as with NTP; some stores refuse URLs older than 15 minutes
< RequestTimeTooSkewed

clock_skew: The server's clock is {fast} ahead of this machine's
-> set the clock of the machine that signs, as with NTP
< :expired if fast

expired: The URL expired {late} before the server got the request, by the server's clock
(it ended at {end}) -> {again}
< ExpiredToken ExpiredTokenException TokenRefreshRequired if late_tokenless

expired: The server says that the URL has expired[; by the URL it ended at {end}] -> {again}
< ExpiredToken ExpiredTokenException TokenRefreshRequired if tokenless

session_token_expired: The temporary credentials that signed the URL have ended, and the URL with them,
whatever X-Amz-Expires says
-> sign with fresh credentials, and ask for no more than they live: expires_at and limited_by tell
< ExpiredToken ExpiredTokenException TokenRefreshRequired

session_token_missing: The credentials are temporary, and the URL has no session token -> {all_three}
< InvalidToken InvalidTokenId if lacks_token

session_token_invalid: The session token is not that of the access key id, or was cut or changed on the way
-> {one_set}
< InvalidToken InvalidTokenId

session_token_missing: The key id begins with ASIA, so it is known only with its session token,
which the URL lacks -> {all_three}
< InvalidAccessKeyId InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyIdError if lost_token
< says credential access key has length | access key id you provided does not exist
  | malformed access key id if lost_token

unknown_access_key: The server does not know the access key id: it is deleted, disabled, misspelt,
or another store's -> sign with keys of the store, and the partition, that the URL leads to
< InvalidAccessKeyId InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyIdError
< says credential access key has length | access key id you provided does not exist
  | malformed access key id

wrong_region: The bucket is in {right_region:.60}[. The URL is signed for {region:.60}]
-> sign with region={right_region!r:.62}
< says the region ' | region is wrong | is wrong; expecting | valid region | wrong region
  | invalid region if right_region
< RegionSetMismatch if right_region

wrong_region: The server takes another region[. The URL is signed for {region:.60}]
-> sign with the region that the store is set to; most take us-east-1, R2 takes auto
< says the region ' | region is wrong | is wrong; expecting | valid region | wrong region | invalid region
< RegionSetMismatch

wrong_service: The URL is signed for another service than the server's; it is {right_service:.60}
-> sign with service={right_service!r:.62}
< says incorrect service | correct service | service is wrong if right_service

wrong_service: The URL is signed for another service than the server's
-> sign with the service's signing name, s3 for buckets
< says incorrect service | correct service | service is wrong

sigv2_not_supported: The URL is signed with Signature Version 2, and this server takes only Version 4
-> sign with Version 4; with boto3 that is Config(signature_version='s3v4')
< says authorization mechanism you have provided is not supported | require aws signature version 4
  | signature version 2 | v4-hmac-sha256.

headers_not_signed: The client sent headers that are not signed[: {unsigned:.120}]
-> leave them out, or sign them: options of presign_put and headers= do
< says headers present in the request which were not signed
< UnsignedHeaders HeadersNotSigned :unsigned

header_missing: MinIO says so too where a signed header is missing: {listed:.120}
-> send all that .headers of the PresignedURL lists
< :headers_not_signed if listed

malformed: The request is signed twice: the URL is presigned, and an Authorization header was sent too
-> send no Authorization header with a presigned URL
< says only one auth mechanism allowed
< :authorization

header_missing: The upload has no Content-Length: it was sent in chunks of unknown length
-> send Content-Length, by giving the client a file or bytes and no stream
< MissingContentLength LengthRequired

header_missing: A header that the server needs was not sent -> send what the URL's .headers lists
< MissingSecurityHeader

post_condition_failed: A field of the form does not hold a condition of the policy[: {failed:.160}]
-> send the fields as they were signed, and a file of the signed type and size
< says policy condition failed | invalid according to policy: policy condition

post_extra_field: The form has a field that no condition of the policy allows[: {extra:.120}]
-> leave the field out, or sign a condition for it; presign_post(fields=…) adds both
< says extra input fields

malformed: The POST form is not one that the server can read
-> send multipart/form-data with all fields that were signed, unchanged, and the file last
< InvalidPolicyDocument MalformedPOSTRequest InvalidPolicy MissingFields POSTFileRequired
  IncorrectNumberOfFilesInPostRequest RequestIsNotMultiPartContent

too_large: The body is larger than allowed -> send less, or sign a policy with a larger max_size
< EntityTooLarge MaxMessageLengthExceeded RequestEntityTooLarge

too_small: The body is smaller than allowed
-> send more, or sign a policy with a smaller min_size; parts but the last have at least 5 MiB
< EntityTooSmall

payload_mismatch: The body is not the one whose checksum or length was signed
-> send exactly the bytes that were announced, or sign for the body that is sent
< XAmzContentSHA256Mismatch XAmzContentChecksumMismatch BadDigest InvalidDigest IncompleteBody
  ContentSHA256Mismatch ChecksumMismatch

no_such_key: The object does not exist
-> check the key's letters, blanks and slashes, and the bucket; a version may be deleted
< NoSuchKey NoSuchObject

no_such_key: The object has no such version -> check version_id
< NoSuchVersion

no_such_key: The multipart upload does not exist, or is completed or aborted -> create a new upload
< NoSuchUpload

no_such_bucket: The bucket does not exist
-> check the bucket's name, the endpoint, and the addressing style
< NoSuchBucket

no_such_bucket: What the server takes for the bucket's name can not be one -> check the addressing style
< InvalidBucketName

precondition_failed: A condition of the request does not hold: with If-None-Match the object is there
already, with If-Match it has changed -> choose another key, or sign without the condition
< PreconditionFailed ConditionalRequestConflict

method_not_allowed: The server does not allow this method here; a deleted version answers so too
-> send the method that the URL is signed for
< MethodNotAllowed

not_implemented: The store does not have this operation, or a header or parameter of it
-> leave out what the server names; R2 has no presigned POST, use presign_put
< NotImplemented NotSupported UnsupportedOperation

redirect: The bucket is at another endpoint[ at {endpoint:.120}], in region {nearest:.60},
and a signature holds for one host alone -> sign with region={nearest!r:.62}
< PermanentRedirect TemporaryRedirect Redirect IncorrectEndpoint :301 :302 :307 :308 if nearest

redirect: The bucket is at another endpoint[ at {endpoint:.120}], and a signature holds for one host alone
-> sign for the bucket's own region, whose host presignlib names
< PermanentRedirect TemporaryRedirect Redirect IncorrectEndpoint :301 :302 :307 :308

access_denied: The object is archived and can not be read now -> restore it first
< InvalidObjectState

malformed: Parameters of the signature are missing: the URL is cut -> pass the whole URL, in quotes
< AccessDenied says query-string authentication

malformed: The server finds no signing time that it can read
-> sign again, for example with presign_get, and pass the URL on unchanged
< AccessDenied says requires a valid date

access_denied: The signature is right, and the signer may not do this[: {denial:.300}] -> {allow}
< AccessDenied AccessDeniedException AllAccessDisabled AccountProblem Unauthorized NotAuthorized

malformed: The server can not read the signature's parameters
-> sign again, for example with presign_get, and pass the URL on unchanged
< AuthorizationQueryParametersError AuthorizationHeaderMalformed IncompleteSignature
  MissingAuthenticationToken MissingSecurityElement MalformedSecurityHeader InvalidURI MalformedExpires
  MalformedDate MalformedCredential InvalidQueryParams AuthorizationParametersError
  InvalidQuerySignatureAlgo KeyTooLongError

unknown: The store could not answer just now; nothing says that the URL is wrong -> try again
< SlowDown ServiceUnavailable InternalError RequestTimeout Throttling ThrottlingException

ok: The server answered {status}: the request was accepted -> nothing
< :2xx

precondition_failed: The object has not changed since the copy that the client has (304) -> use that copy
< :304

malformed: The server can not read the request (400) -> pass the answer's body too: it says what is wrong
< :400

access_denied: The server takes the request for unsigned (401) -> pass the answer's body too
< :401

no_such_key: Nothing is at this address (404)
-> check the key's letters, blanks and slashes, and the bucket
< :404

method_not_allowed: The server does not allow this method here (405) -> send the method that was signed
< :405

precondition_failed: Another request changed the object at the same time (409) -> try again
< :409

header_missing: The upload has no Content-Length (411) -> send Content-Length
< :411

precondition_failed: A condition of the request does not hold (412) -> sign without the condition
< :412

too_large: The body is larger than the server, or a proxy before it, takes (413) -> send less
< :413

malformed: The URL is longer than the server, or a proxy before it, takes (414)
-> sign with a shorter token
< :414

not_implemented: The store does not have this operation (501) -> use another one
< :501

unknown: The server answered {status}; nothing says that the URL is wrong -> try again
< :5xx
"""
_AGAIN = (
    "make a new URL when it is asked for[, or give it more than {life} "
    "(at most 7 days, and no longer than its credentials live)]"
)
_KMS = "allow the signer the KMS key: kms:Decrypt to read, kms:GenerateDataKey to write"
_AGE = "ask for a shorter life: the bucket's policy limits the signature's age"
_ACTION = (
    "allow the signer this action on this key; without s3:ListBucket a missing object answers so "
    "too. Policies can also ask for an address, a VPC, encryption, or a young signature"
)
_SKEW = 900  # seconds that S3 allows between its clock and the signer's


def _rows() -> Iterator[tuple[list[str], list[str], str, str, str, str]]:
    """Return (codes, words, fact, code, cause, fix); no code holds for all, as the empty word does."""
    for paragraph in _TABLE.strip().split("\n\n"):
        text, *heads = paragraph.split("\n< ")
        code, _, text = " ".join(text.replace("{again}", _AGAIN).split()).partition(": ")
        cause, _, fix = text.partition(" -> ")
        for head in heads:
            said, _, fact = " ".join(head.split()).partition(" if ")
            codes, _, words = said.partition("says ")
            yield codes.split(), words.split(" | "), fact, code, cause, fix


_ROWS = tuple(_rows())


class _Facts(dict[str, Any]):
    """What rows name. What is not known is empty, and so are the words around it."""

    def __missing__(self, name: str) -> str:
        return ""


def by_answer(case: Case) -> list[Finding]:
    """Return what the server's code and sentence mean, or else its status; nothing for others."""
    answer, facts = case.answer, _times(case)
    facts.update(_words(case, facts["late"]))
    status = answer.status or 0
    found = _found(answer.code.lstrip(":"), facts, answer.words) if answer.code else []
    found = found or _found(f":{status}", facts) or _found(f":{min(status // 100, 5)}xx", facts)
    # Ceph and others say no more of an expired URL either.
    if found and found[0].fix == facts["allow"] and not (case.is_aws or answer.words.strip()):
        return [*by_our_clock(case), *found]
    return found


def by_our_clock(case: Case) -> list[Finding]:
    return _found(":clock", _times(case))


def by_headers(case: Case, sent: Collection[str]) -> list[Finding]:
    """Return what is wrong with headers that were sent and are not signed."""
    bare = [name for name in sent if name.startswith("x-amz-") and name not in case.parts.signed_headers]
    facts = _Facts(unsigned=", ".join(bare))
    return [
        *(_found(":authorization", facts) if "authorization" in sent else ()),
        *(_found(":unsigned", facts) if bare else ()),
    ]


def _found(said: str, facts: _Facts, words: str = "") -> list[Finding]:
    for codes, needles, fact, code, cause, fix in _ROWS:
        holds = said in codes or (words and not codes)
        if holds and any(needle in words for needle in needles) and (not fact or facts[fact]):
            finding = Finding(code, _text(cause, facts), _text(fix, facts))
            return [finding, *(() if said.startswith(":") else _found(":" + code, facts))]
    return []


def _text(template: str, facts: _Facts) -> str:
    """Return ``template`` with facts put in, and without the pieces in brackets that have none."""
    pieces = template.replace("]", "[").split("[")
    for at, piece in enumerate(pieces):
        name = piece.partition("{")[2].partition("}")[0].partition(":")[0]
        pieces[at] = piece.format_map(facts) if at % 2 == 0 or facts[name] else ""
    return "".join(pieces)


def _times(case: Case) -> _Facts:
    fields, facts, now = case.answer.fields, _Facts(), case.now
    server, signed_at, our_end = case.server_time, case.parts.signed_at, case.parts.ends_at
    end = iso_instant(fields.get("Expires", "").strip()) or our_end
    requested = iso_instant(fields.get("RequestTime", "").strip())
    requested = signed_at if requested is None else requested
    if our_end is not None and now >= our_end:
        facts.update(over=span_text(now - our_end), our_end=time_text(our_end))
    elif signed_at is not None and signed_at - now > _SKEW:
        facts["early"] = span_text(signed_at - now)
    if end is not None:
        facts["end"] = time_text(end)
    if case.parts.expires is not None:
        facts["life"] = span_text(case.parts.expires)
    if server is not None and end is not None and server >= end:
        facts["late"] = span_text(server - end)
    if server is None or requested is None:
        return facts
    if signed_at is not None and signed_at > server:
        facts["ahead"] = span_text(signed_at - server)
    if signed_at is not None and server - now > _SKEW:
        facts["fast"] = span_text(server - now)
    side = "behind" if requested < server else "ahead of"
    facts["apart"] = f"{span_text(abs(server - requested))} {side}"
    return facts


def _words(case: Case, late: str) -> dict[str, Any]:
    answer, parts, message = case.answer, case.parts, case.answer.message
    fields = defaultdict(str, {name: text.strip() for name, text in answer.fields.items()})
    has_token = case.rules.token_parameter in parts.auth
    listed = [name for name in parts.signed_headers if name != "host"]
    failed = message.partition("ondition failed")[2].strip(" :")
    denial = redact(message) if "not authorized" in message else ""
    host_region, words = answer.headers.get("x-amz-bucket-region", ""), answer.words
    # Google says of a URL that has expired that its token has.
    tokenless = "HostId" not in fields and not has_token and parts.ends_at
    return {
        "status": answer.status,
        "all_three": ALL_THREE,
        "one_set": ONE_SET,
        "tokenless": tokenless,
        "late_tokenless": tokenless and late,
        "lacks_token": parts.auth and not has_token,
        "lost_token": case.key_id.startswith("ASIA") and not has_token,
        "region": case.region,
        "right_region": fields["Region"]
        or fields["RequestedRegion"]
        or _quoted(message, "expecting ")
        or host_region,
        "right_service": _quoted(message, "belongs to ") or _quoted(message, "correct service: "),
        "unsigned": fields["HeadersNotSigned"],
        "listed": "" if case.sent is not None else ", ".join(listed),
        "failed": failed and redact(failed),
        "extra": message.partition("xtra input fields")[2].strip(" :"),
        "endpoint": fields["Endpoint"],
        "nearest": host_region or fields["Region"],
        "denial": denial if "not authorized" in denial else "",
        "allow": _KMS if "kms:" in words else _AGE if "signatureage" in words else _ACTION,
    }


def _quoted(message: str, mark: str) -> str:
    _, found, rest = message.partition(mark)
    quote = rest[:1]
    return rest[1:].partition(quote)[0] if found and quote in ("'", '"') else ""
