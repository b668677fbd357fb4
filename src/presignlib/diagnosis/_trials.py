"""With the credentials at hand: which likely slip reproduces the signature in the URL.

Each trial changes one thing, and the method with it, signs, and compares. A signature
that agrees proves what was signed; one that never does proves another secret.
"""

from __future__ import annotations

from hmac import compare_digest

from ..reports import Finding
from ..sigv4 import (
    canonical_headers,
    canonical_request,
    credential_scope,
    signature,
    signing_key,
    string_to_sign,
)
from ._variants import Attempt, variants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..credentials import Credentials
    from ._case import Case
    from ._variants import Variant

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_LONGEST = 20_000  # characters of a query that is signed again and again


class _Signer:
    """Signs attempts at one moment; each key is derived once."""

    def __init__(self, date: str, timestamp: str) -> None:
        self.date = date
        self.timestamp = timestamp
        self._keys: dict[tuple[str, str, str], bytes] = {}

    def sign(self, method: str, attempt: Attempt) -> str:
        headers = attempt.headers
        lines = canonical_headers([*headers.items(), ("host", attempt.host)])
        payload_hash = headers.get("x-amz-content-sha256") or attempt.payload_hash
        request = canonical_request(method, attempt.path, attempt.query, lines, payload_hash)
        scope = credential_scope(self.date, attempt.scope_region, attempt.scope_service)
        name = (attempt.secret, attempt.region, attempt.service)
        if name not in self._keys:
            self._keys[name] = signing_key(attempt.secret, self.date, attempt.region, attempt.service)
        return signature(self._keys[name], string_to_sign(self.timestamp, scope, request))


def try_variants(case: Case, credentials: Credentials) -> list[Finding]:
    """Return what the credentials tell: the variant that was signed, or that none was.

    One finding with the code ``ok`` says that the URL is signed as it stands. An empty
    list says that nothing could be tried.
    """
    parts = case.parts
    given = parts.auth.get("X-Amz-Signature")
    if parts.credential is None or not parts.credential[2] or not given:
        return []
    attempt = Attempt(case, credentials.secret_access_key)
    if len(attempt.query) > _LONGEST:
        return []
    signer, wanted = _Signer(parts.credential[1], parts.auth.get("X-Amz-Date", "")), given.encode()
    sent = case.method or (case.signed.method if case.signed is not None else "GET")
    same = case.key_id == credentials.access_key_id
    for method in dict.fromkeys((sent, *_METHODS)):
        for variant in variants(case, attempt, credentials.session_token):
            if compare_digest(signer.sign(method, variant.attempt).encode(), wanted):
                return _found(case, variant, method, sent, same)
    return [_nothing_found(same)]


def _found(case: Case, variant: Variant, method: str, sent: str, same: bool) -> list[Finding]:
    """Return what a variant that reproduces the signature means."""
    findings = []
    if variant.finding is not None:
        findings.append(variant.finding)
    if not same:
        findings.append(
            Finding(
                "wrong_secret",
                "The secret of these credentials signed the URL, which names another access key id: "
                "two pairs are mixed up",
                "sign with id and secret of one pair",
            )
        )
    if method != sent and (case.method is not None or case.answer.code):
        findings.append(
            Finding(
                "method_mismatch",
                f"The URL is signed for {method}" + (f" and was sent with {sent:.20}" if case.method else ""),
                f"send {method}, or sign a URL for the method that is sent",
            )
        )
    return findings or [
        Finding("ok", f"These credentials signed the URL, for {method}", "nothing in the URL is wrong")
    ]


def _nothing_found(same: bool) -> Finding:
    if same:
        return Finding(
            "wrong_secret",
            "No likely variant of the request gives the URL's signature with this secret: another secret "
            "signed it, or the signature was changed",
            "check the secret: it may be cut, rotated, or of another key; and copy the URL again, whole",
        )
    return Finding(
        "wrong_secret",
        "The credentials given are of another access key id than the URL's, and their secret did not sign it",
        "pass the credentials that the URL names",
    )
