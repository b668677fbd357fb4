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
from ..url_parts import SIGV4A
from ._variants import Attempt, variants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..credentials import Credentials
    from ..url_parts import URLParts
    from ._case import Case
    from ._variants import Variant

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_LONGEST = 20_000  # characters of a query that is signed again and again


class _Signer:
    """Tries attempts at one moment against one signature; each key is derived once."""

    def __init__(self, parts: URLParts, key_id: str, date: str) -> None:
        self.date = date
        self.timestamp = parts.auth.get("X-Amz-Date", "")
        self._given = parts.auth["X-Amz-Signature"]
        # Of SigV4a the id is part of the key pair; of SigV4 it is part of no key.
        self._pair_of = key_id if parts.auth.get("X-Amz-Algorithm") == SIGV4A else None
        self._keys: dict[tuple[str, str, str], bytes] = {}

    def has_made(self, method: str, attempt: Attempt) -> bool:
        """Tell whether ``attempt`` gives the signature, or for SigV4a may have given it."""
        headers = attempt.headers
        lines = canonical_headers([*headers.items(), ("host", attempt.host)])
        payload_hash = headers.get("x-amz-content-sha256") or attempt.payload_hash
        request = canonical_request(method, attempt.path, attempt.query, lines, payload_hash)
        if self._pair_of is not None:
            from .. import sigv4a  # few need it, and its curve takes time to load

            private = sigv4a.private_key(self._pair_of, attempt.secret)
            scope = sigv4a.credential_scope(self.date, attempt.scope_service)
            text = string_to_sign(self.timestamp, scope, request, SIGV4A)
            return sigv4a.is_own(private, text, self._given)
        name = (attempt.secret, attempt.region, attempt.service)
        if name not in self._keys:
            self._keys[name] = signing_key(attempt.secret, self.date, attempt.region, attempt.service)
        scope = credential_scope(self.date, attempt.scope_region, attempt.scope_service)
        made = signature(self._keys[name], string_to_sign(self.timestamp, scope, request))
        return compare_digest(made.encode(), self._given.encode())


def try_variants(case: Case, credentials: Credentials) -> list[Finding]:
    """Return what the credentials tell: the variant that was signed, or that none was.

    One finding with the code ``ok`` says that the URL is signed as it stands. An empty
    list says that nothing could be tried.
    """
    parts = case.parts
    if parts.credential is None or "X-Amz-Signature" not in parts.auth:
        return []
    attempt = Attempt(case, credentials.secret_access_key)
    if len(attempt.query) > _LONGEST:
        return []
    signer = _Signer(parts, case.key_id, parts.credential[1])
    sent = case.method or (case.signed.method if case.signed is not None else "GET")
    same = case.key_id == credentials.access_key_id
    for method in dict.fromkeys((sent, *_METHODS)):
        for variant in variants(case, attempt, credentials.session_token):
            if signer.has_made(method, variant.attempt):
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
