"""SignatureDoesNotMatch: what differs between the request that was signed and the one that came."""

from __future__ import annotations

from ..reports import Finding
from ._canonical import compare, read_request, sent_headers_against, signed_request
from ._trials import try_variants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..credentials import Credentials
    from ._answer import Answer
    from ._case import Case

_CODES = ("SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatchException")
# Codes of findings about the URL alone that say more than any comparison.
BROKEN = ("signature_altered", "malformed", "query_changed", "session_token_missing")


def is_mismatch(answer: Answer) -> bool:
    """Tell whether the server says that its signature is another one, and no more than that."""
    words = answer.words
    return (
        answer.code in _CODES and "expired" not in words and "scoped to" not in words and "yet" not in words
    )


def explain_mismatch(
    case: Case, damages: list[Finding], problems: list[Finding], credentials: Credentials | None
) -> Iterator[Finding]:
    """Return why the server's signature is not the URL's."""
    yield from damages
    yield from [finding for finding in problems if finding.code in BROKEN]
    parts, answer = case.parts, case.answer
    given = answer.fields.get("SignatureProvided", "").strip()
    if given and given != parts.auth.get("X-Amz-Signature"):
        yield Finding(
            "signature_altered",
            "The signature that the server got is not the URL's",
            "compare the URL that was sent with the one that was made: they are not the same",
        )
    compared = [] if answer.canonical_request is None else list(_compared(case))
    yield from compared
    yield from sent_headers_against(case)
    if credentials is not None:
        tried = try_variants(case, credentials)
        yield from [finding for finding in tried if finding.code != "ok"]
        if tried:
            if tried[0].code == "ok" and not compared:
                yield _changed_on_the_way()
            return
    yield from problems
    if answer.canonical_request is None:
        yield from _guesses(case)
    elif all(finding.code == "header_changed" for finding in compared):
        yield from _equal(case)


def _compared(case: Case) -> Iterator[Finding]:
    yield from _scopes(case)
    yield from compare(signed_request(case), read_request(case.answer.canonical_request or ""))


def _scopes(case: Case) -> Iterator[Finding]:
    """Hold the server's string to sign against the URL's date and scope."""
    lines = (case.answer.string_to_sign or "").split("\n")
    if len(lines) < 4 or case.parts.credential is None:
        return
    scope = lines[2].split("/")
    if len(scope) == 4 and scope[1] != case.region:
        yield Finding(
            "wrong_region",
            f"The server signs for region {scope[1]:.60}, the URL is signed for {case.region:.60}",
            f"sign with region={scope[1]!r:.62}",
        )
    elif len(scope) == 4 and scope[2] != case.parts.credential[3]:
        yield Finding(
            "wrong_service",
            f"The server signs for service {scope[2]:.60}",
            f"sign with service={scope[2]!r:.62}",
        )
    elif lines[1].strip() != case.parts.auth.get("X-Amz-Date"):
        yield Finding(
            "query_changed",
            "The server took another signing time than the URL's X-Amz-Date",
            "send the URL unchanged",
        )


def _equal(case: Case) -> Iterator[Finding]:
    """Return what is left where the server saw the very request that was signed."""
    theirs = read_request(case.answer.canonical_request or "")
    other = Finding(
        "wrong_secret",
        "The server saw the very request that was signed, so another secret signed it than that of "
        "the access key id",
        "check the secret: it may be cut, hold blanks or quotes, be rotated, or belong to another id",
    )
    if case.signed is None and theirs.method not in (None, "GET", "PUT"):
        yield Finding(
            "method_mismatch",
            f"The URL was sent with {theirs.method}; all else is as signed, so it may be signed for GET",
            "send the method that the URL is signed for",
        )
    yield other


def _guesses(case: Case) -> Iterator[Finding]:
    """Return the usual causes, where the server tells nothing of what it signed."""
    names = [name for name in case.parts.signed_headers if name != "host"]
    if names and case.sent is None and case.signed is None:
        yield Finding(
            "header_missing",
            f"The URL needs headers that may not have been sent: {', '.join(names):.200}",
            f"send {', '.join(names):.200} with the values that were given when signing",
        )
    if case.signed is not None and case.signed.headers and case.sent is None:
        wanted = "; ".join([f"{name}: {value}" for name, value in case.signed._shown_headers().items()])
        yield Finding(
            "header_missing", "The URL needs headers that may not have been sent", f"send {wanted:.400}"
        )
    if case.method not in (None, "GET", "PUT") and case.signed is None:
        yield Finding(
            "method_mismatch",
            f"The URL was sent with {case.method:.20} and may be signed for another method",
            "send the method that the URL is signed for",
        )
    yield Finding(
        "wrong_secret",
        "The server's signature is another one, and it does not tell what it signed; "
        "the usual cause is the secret",
        "check the secret, or pass credentials= to try the likely slips; "
        "and see that no proxy changes Host or path",
    )


def _changed_on_the_way() -> Finding:
    return Finding(
        "host_changed",
        "These credentials signed the URL as it is, so it was changed on the way, as by a proxy that sets "
        "another Host or path; or the server holds another secret for the key id",
        "compare what the store receives with what was sent; sign_host= signs for the store's own name",
    )
