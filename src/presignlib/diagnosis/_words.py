"""Refusals whose meaning is in the server's own sentence and elements."""

from __future__ import annotations

from ..redaction import redact
from ..reports import Finding
from ._times import by_our_clock, expired

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._case import Case

NO_TOKEN = "The credentials are temporary, and the URL has no session token"
ALL_THREE = "sign with all three parts of the credentials: access key id, secret and session token"


def token_expired(case: Case) -> Iterator[Finding]:
    """Say that the session token has ended; Google says the same of a URL that has."""
    if "signature expired" in case.answer.words or (
        "HostId" not in case.answer.fields and not case.has_token and case.ends_at
    ):
        yield from expired(case)
        return
    yield Finding(
        "session_token_expired",
        "The temporary credentials that signed the URL have ended, and the URL with them, "
        "whatever X-Amz-Expires says",
        "sign with fresh credentials, and ask for no more than they live: expires_at and limited_by tell",
    )


def token_invalid(case: Case) -> Iterator[Finding]:
    """Say that the session token is not that of the key, or was changed on the way."""
    if case.parts.auth and not case.has_token:
        yield Finding("session_token_missing", NO_TOKEN, ALL_THREE)
        return
    yield Finding(
        "session_token_invalid",
        "The session token is not that of the access key id, or was cut or changed on the way",
        "sign with parts of one set of credentials; a leftover AWS_SESSION_TOKEN mixes two",
    )


def unknown_key(case: Case) -> Iterator[Finding]:
    """Say that the server does not know the access key id."""
    if case.key_id.startswith("ASIA") and not case.has_token:
        yield Finding(
            "session_token_missing",
            "The key id begins with ASIA, so it is known only with its session token, which the URL lacks",
            ALL_THREE,
        )
        return
    yield Finding(
        "unknown_access_key",
        "The server does not know the access key id: it is deleted, disabled, misspelt, or another store's",
        "sign with keys of the store, and the partition, that the URL leads to",
    )


def wrong_region(case: Case) -> Iterator[Finding]:
    """Say which region the server takes, where it names one."""
    fields = case.answer.fields
    right = (fields.get("Region") or fields.get("RequestedRegion") or "").strip()
    right = right or _quoted_after(case.answer.message, "expecting ")
    right = right or case.answer.headers.get("x-amz-bucket-region", "")
    signed = f" The URL is signed for {case.region:.60}." if case.region else ""
    if right:
        yield Finding(
            "wrong_region",
            f"The bucket is in {right:.60}.{signed}".rstrip("."),
            f"sign with region={right!r:.62}",
        )
    else:
        yield Finding(
            "wrong_region",
            f"The server takes another region.{signed}".rstrip("."),
            "sign with the region that the store is set to; most take us-east-1, R2 takes auto",
        )


def wrong_service(case: Case) -> Iterator[Finding]:
    """Say which service the server is, where it names one."""
    right = _quoted_after(case.answer.message, "belongs to ") or _quoted_after(
        case.answer.message, "correct service: "
    )
    named = f"; it is {right:.60}" if right else ""
    yield Finding(
        "wrong_service",
        f"The URL is signed for another service than the server's{named}",
        f"sign with service={right!r:.62}"
        if right
        else "sign with the service's signing name, s3 for buckets",
    )


def headers_not_signed(case: Case) -> Iterator[Finding]:
    """Say which x-amz-* headers were sent that the signature does not cover."""
    names = case.answer.fields.get("HeadersNotSigned", "").strip()
    named = f": {names:.120}" if names else ""
    yield Finding(
        "headers_not_signed",
        f"The client sent headers that are not signed{named}",
        "leave them out, or sign them: options of presign_put and headers= do",
    )
    listed = [name for name in case.parts.signed_headers if name != "host"]
    if listed and case.sent is None:
        yield Finding(
            "header_missing",
            f"MinIO says so too where a signed header is missing: {', '.join(listed):.120}",
            "send all that .headers of the PresignedURL lists",
        )


def post_condition(case: Case) -> Iterator[Finding]:
    """Say which condition of the policy a field of the form breaks."""
    text = redact(case.answer.message.partition("ondition failed")[2].strip(" :"))
    failed = f": {text:.160}" if text else ""
    yield Finding(
        "post_condition_failed",
        f"A field of the form does not hold a condition of the policy{failed}",
        "send the fields as they were signed, and a file of the signed type and size",
    )


def post_extra_field(case: Case) -> Iterator[Finding]:
    """Say which field of the form no condition allows."""
    names = case.answer.message.partition("xtra input fields")[2].strip(" :")
    named = f": {names:.120}" if names else ""
    yield Finding(
        "post_extra_field",
        f"The form has a field that no condition of the policy allows{named}",
        "leave the field out, or sign a condition for it; presign_post(fields=…) adds both",
    )


def redirected(case: Case) -> Iterator[Finding]:
    """Say where the bucket is; a signature holds for the host it was made for alone."""
    answer = case.answer
    endpoint = answer.fields.get("Endpoint", "").strip()
    region = answer.headers.get("x-amz-bucket-region", "") or answer.fields.get("Region", "").strip()
    there = f" at {endpoint:.120}" if endpoint else ""
    where = f", in region {region:.60}" if region else ""
    yield Finding(
        "redirect",
        f"The bucket is at another endpoint{there}{where}, and a signature holds for one host alone",
        f"sign with region={region!r:.62}"
        if region
        else "sign for the bucket's own region, whose host presignlib names",
    )


def access_denied(case: Case) -> Iterator[Finding]:
    """Say that the signature is right, and that whoever signed may not do this."""
    said = redact(case.answer.message)
    reason = f": {said:.300}" if "not authorized" in said else ""
    if "kms:" in case.answer.words:
        fix = "allow the signer the KMS key: kms:Decrypt to read, kms:GenerateDataKey to write"
    elif "signatureage" in case.answer.words:
        fix = "ask for a shorter life: the bucket's policy limits the signature's age"
    else:
        fix = (
            "allow the signer this action on this key; without s3:ListBucket a missing object answers so "
            "too. Policies can also ask for an address, a VPC, encryption, or a young signature"
        )
    yield Finding("access_denied", f"The signature is right, and the signer may not do this{reason}", fix)


def bare_denial(case: Case) -> Iterator[Finding]:
    """Look for a reason: Ceph and others say no more of an expired URL either."""
    if not case.is_aws and not case.answer.message:
        yield from by_our_clock(case)
    yield from access_denied(case)


def _quoted_after(message: str, mark: str) -> str:
    """Return the word in quotes that follows ``mark``."""
    _, found, rest = message.partition(mark)
    quote = rest[:1]
    return rest[1:].partition(quote)[0] if found and quote in ("'", '"') else ""
