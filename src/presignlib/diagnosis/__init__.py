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
from ._canonical import sent_headers_against
from ._case import NOTHING, Case
from ._codes import by_code
from ._damage import read_url
from ._mismatch import BROKEN, explain_mismatch, is_mismatch
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

# What servers say of many things: what the URL and the headers tell is surer.
_VAGUE = ("access_denied", "malformed", "headers_not_signed", "header_missing")
_UNSAID = (400, 401, 403)  # statuses that alone say less than the URL does


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
    if answer.location is not None and answer.status and answer.status >= 400:
        yield Finding(
            "redirect",
            "The client was redirected to another host, where the signature does not hold",
            "sign for the bucket's own region and host, so that nothing redirects",
        )
    if is_mismatch(answer):
        yield from explain_mismatch(case, damages, problems, credentials)
        return
    said = by_code(case) or by_status(case)
    if said and said[0].code == "ok":
        yield from said
        return
    sent = list(sent_headers_against(case))
    broken = [*damages, *[finding for finding in problems if finding.code in BROKEN]]
    vague = not said or said[0].code in _VAGUE
    if vague:
        yield from [*broken, *sent]
    elif said[0].code == "expired":
        yield from [finding for finding in broken if finding.code == "query_changed"]
    if credentials is not None and vague:
        yield from [finding for finding in try_variants(case, credentials) if finding.code != "ok"]
    if not answer.code and answer.status in _UNSAID:
        yield from [*problems, *by_our_clock(case)]
    yield from said
    yield from [*broken, *sent, *problems]
    yield from by_our_clock(case)


def _form(form: PostParts, answer: Answer, now: float, credentials: Credentials | None) -> list[Finding]:
    """Return the findings of a presigned POST."""
    case = Case(None, answer, now, method="POST")
    own = list(form_findings(form, now))
    tried = [] if credentials is None else try_form(form, credentials)
    if is_mismatch(answer):
        bad = [finding for finding in tried if finding.code != "ok"]
        cause = (
            "These credentials signed the policy, so a field was changed on the way, or the server holds "
            "another secret for the key id"
            if tried
            else "Another secret signed the policy, or the policy was changed after signing"
        )
        wrong = Finding("wrong_secret", cause, "check the secret, and send the policy unchanged")
        return bad + own + ([] if bad else [wrong])
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
