"""Why a presigned request was refused, from the URL and the server's answer.

Each cause has a code, one plain sentence, what to do, and, where the server told its own
canonical request, the difference line by line.
"""

from __future__ import annotations

from .._clock import utc_now
from .._post_parts import PostParts
from .._time import instant_of
from .._url_problems import problems_of
from ..errors import InvalidInputError
from ..redaction import redact
from ..reports import Diagnosis, Finding
from ..results import PresignedURL
from ._answer import Answer
from ._canonical import compare, read_request, sent_headers_against, signed_request
from ._case import NOTHING, Case
from ._codes import by_code
from ._damage import read_url
from ._posts import form_findings, try_form
from ._statuses import by_status
from ._times import by_our_clock
from ._trials import try_variants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from ..credentials import Credentials, CredentialsProvider
    from ..request import Pairs

__all__ = ["diagnose"]

_MISMATCH = ("SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatchException")
# Codes of findings about the URL alone that explain a mismatch better than a comparison.
_GRAVE = ("signature_altered", "malformed", "query_changed", "session_token_missing")


def diagnose(
    url: str | Mapping[str, Any],
    response: str | bytes | None = None,
    *,
    status: int | None = None,
    method: str | None = None,
    sent_headers: Pairs | None = None,
    credentials: Credentials | CredentialsProvider | None = None,
    now: datetime | None = None,
) -> Diagnosis:
    """Return why a server refused a presigned URL, the likeliest cause first.

    ``url`` is the URL as it was sent, or better the PresignedURL itself, which knows its
    method and headers; or a presigned POST as a mapping. ``response`` is what the server
    answered: the XML, or the whole of ``curl -i`` or ``curl -v``; ``status`` the HTTP
    status, where only that is known; ``method`` and ``sent_headers`` what was sent. With
    ``credentials`` the likely slips are tried, and the one that reproduces the signature
    is named. ``now`` is the time for what only our clock can tell.

    Whatever the texts hold, a Diagnosis comes back: ``unknown`` says what it would need.
    Raises InvalidInputError for arguments of another type.
    """
    instant = utc_now() if now is None else instant_of("now", now)
    answer = _answer(response, status)
    known = None if credentials is None else credentials.load()
    if not isinstance(url, str) and hasattr(url, "keys"):
        return _diagnosed(_form(PostParts(url), answer, instant, known), answer)
    if not isinstance(url, str):
        raise InvalidInputError("url", "a str, or a mapping with url and fields", type(url).__name__)
    parts, damages = read_url(url)
    case = Case(
        parts,
        answer,
        instant,
        method=_method(method),
        sent=_sent(sent_headers),
        signed=url if isinstance(url, PresignedURL) else None,
    )
    return _diagnosed([*_ordered(case, damages, known)], answer)


def _ordered(case: Case, damages: list[Finding], credentials: Credentials | None) -> Iterator[Finding]:
    """Return the findings, the surest first: proof, the server's words, the URL, the clock."""
    answer = case.answer
    problems = [] if case.parts is NOTHING else problems_of(case.parts)
    said = [] if answer.code in _MISMATCH else by_code(case)
    if answer.location is not None and answer.status and answer.status >= 400:
        yield Finding(
            "redirect",
            "The client was redirected to another host, where the signature does not hold",
            "sign for the bucket's own region and host, so that nothing redirects",
        )
    if answer.code in _MISMATCH:
        yield from _mismatch(case, damages, problems, credentials)
        return
    yield from said
    if not said:
        told = by_status(case) if answer.status and not damages else []
        if told and (told[0].code != "ok" and answer.status in (400, 401)):
            yield from [*problems, *by_our_clock(case)]  # the status alone says less than these
        yield from told
    yield from damages
    yield from sent_headers_against(case)
    if credentials is not None and not said:
        yield from [finding for finding in try_variants(case, credentials) if finding.code != "ok"]
    yield from problems
    if answer.status is None or answer.status >= 400:
        yield from by_our_clock(case)


def _mismatch(
    case: Case, damages: list[Finding], problems: list[Finding], credentials: Credentials | None
) -> Iterator[Finding]:
    """Return why the server's signature is not the URL's."""
    yield from [finding for finding in problems if finding.code == "signature_altered"]
    yield from damages
    parts, answer = case.parts, case.answer
    given = answer.fields.get("SignatureProvided", "").strip()
    if given and given != parts.auth.get("X-Amz-Signature"):
        yield Finding(
            "signature_altered",
            "The signature that the server got is not the URL's",
            "compare the URL that was sent with the one that was made: they are not the same",
        )
    compared = []
    if parts.credential is not None:
        if answer.canonical_request is not None:
            compared = list(_compared(case))
        yield from compared
    yield from sent_headers_against(case)
    if credentials is not None:
        tried = try_variants(case, credentials)
        yield from [finding for finding in tried if finding.code != "ok"]
        if tried:
            if tried[0].code == "ok" and not compared:
                yield _changed_on_the_way()
            return
    yield from [finding for finding in problems if finding.code in _GRAVE]
    if (
        answer.canonical_request is not None
        and parts is not None
        and not [f for f in compared if f.code != "header_changed"]
    ):
        yield from _equal(case)
    elif answer.canonical_request is None:
        yield from _guesses(case, problems)


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


def _guesses(case: Case, problems: list[Finding]) -> Iterator[Finding]:
    """Return the usual causes, where the server tells nothing of what it signed."""
    yield from [finding for finding in problems if finding.code not in _GRAVE]
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


def _form(form: PostParts, answer: Answer, now: float, credentials: Credentials | None) -> list[Finding]:
    """Return the findings of a presigned POST."""
    case = Case(None, answer, now, method="POST")
    own = list(form_findings(form, now))
    tried = [] if credentials is None else try_form(form, credentials)
    if answer.code in _MISMATCH:
        wrong = Finding(
            "wrong_secret",
            "Another secret signed the policy, or the policy was changed after signing",
            "check the secret, and send the policy unchanged",
        )
        return [finding for finding in tried if finding.code != "ok"] + own + ([] if tried else [wrong])
    said = by_code(case) or by_status(case)
    if said and said[0].code == "access_denied" and own:
        return own + said
    return [*said, *own, *[finding for finding in tried if finding.code != "ok"]]


def _diagnosed(findings: list[Finding], answer: Answer) -> Diagnosis:
    """Return the findings without repetition; where there are none, say what is missing."""
    kept: list[Finding] = []
    for finding in findings:
        if all((finding.code, finding.cause) != (other.code, other.cause) for other in kept):
            kept.append(finding)
    if not kept and answer.is_readable and not answer.fields and answer.status is None:
        kept = [
            Finding(
                "ok",
                "Nothing in the URL itself is wrong",
                "if a server refuses it, pass its answer: the XML, or all of curl -i",
            )
        ]
    elif not kept:
        said = f"{answer.code}: {answer.message}" if answer.code else f"status {answer.status}"
        readable = answer.code or answer.status
        kept = [
            Finding(
                "unknown",
                f"The server's answer is not one that presignlib knows ({redact(said):.200})"
                if readable
                else "The answer can not be read: it is neither S3's XML nor another known error",
                "pass the whole answer, as curl -i prints it, and the headers that were sent",
            )
        ]
    return Diagnosis(tuple(kept))


def _answer(response: str | bytes | None, status: int | None) -> Answer:
    if response is not None and not isinstance(response, (str, bytes)):
        raise InvalidInputError("response", "str, bytes or None", type(response).__name__)
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise InvalidInputError("status", "an HTTP status, as 403", type(status).__name__)
    return Answer(response, status)


def _method(method: str | None) -> str | None:
    if method is not None and not isinstance(method, str):
        raise InvalidInputError("method", "a str", type(method).__name__)
    return method


def _sent(headers: Pairs | None) -> dict[str, str] | None:
    """Return the headers that were sent, by lower-case name; None where that is not known."""
    if headers is None:
        return None
    from ..request import pairs_of

    sent: dict[str, str] = {}
    for name, value in pairs_of("sent_headers", headers):
        lower = name.lower()
        sent[lower] = f"{sent[lower]},{value}" if lower in sent else value
    return sent
