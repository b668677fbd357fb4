"""Why a presigned request was refused, from the URL and the server's answer.

Each cause has a code, one plain sentence, what to do, and, where the server told its own
canonical request, the difference line by line.
"""

from __future__ import annotations

from hmac import compare_digest

from .._clock import utc_now
from .._time import instant_of
from ..credentials import checked_provider
from ..errors import InvalidInputError
from ..inspection import ALL_THREE, PostParts, problems_of
from ..redaction import redact
from ..reports import Diagnosis, Finding
from ..request import pairs_of
from ..results import PresignedURL
from ..sigv4 import signature, signing_key
from ..url_parts import split_credential
from ._case import NOTHING, Answer, Case, read_url, span_text, time_text
from ._causes import by_answer, by_our_clock
from ._mismatch import BROKEN, explain_mismatch, is_mismatch, sent_headers_against
from ._variants import try_variants

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
    if response is not None and not isinstance(response, (str, bytes)):
        raise InvalidInputError("response", "str, bytes or None", type(response).__name__)
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise InvalidInputError("status", "an HTTP status, as 403", type(status).__name__)
    answer = Answer(response, status)
    known = None if credentials is None else checked_provider("credentials", credentials).load()
    if not isinstance(url, str) and hasattr(url, "keys"):
        return _diagnosed(_of_form(PostParts(url), answer, instant, known), answer)
    if not isinstance(url, str):
        raise InvalidInputError("url", "a str, or a mapping with url and fields", type(url).__name__)
    parts, damages = read_url(url)
    if method is not None and not isinstance(method, str):
        raise InvalidInputError("method", "a str", type(method).__name__)
    sent = None if sent_headers is None else _joined(pairs_of("sent_headers", sent_headers))
    signed = url if isinstance(url, PresignedURL) else None
    case = Case(parts, answer, instant, method=method, sent=sent, signed=signed)
    return _diagnosed([*_of_url(case, damages, known)], answer)


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    sent: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        sent[lower] = f"{sent[lower]},{value}" if lower in sent else value
    return sent


def _of_url(case: Case, damages: list[Finding], credentials: Credentials | None) -> Iterator[Finding]:
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
    said = by_answer(case)
    best = said[0].code if said else ""
    if best == "ok":
        yield from said
        return
    sent = list(sent_headers_against(case))
    broken = [*damages, *[finding for finding in problems if finding.code in BROKEN]]
    if not said or best in _VAGUE:
        yield from [*broken, *sent]
        if credentials is not None:
            yield from _unless_ok(try_variants(case, credentials))
    elif best == "expired":
        yield from [finding for finding in broken if finding.code == "query_changed"]
    if not answer.code and answer.status in _UNSAID:
        yield from [*problems, *by_our_clock(case)]
    yield from [*said, *broken, *sent, *problems, *by_our_clock(case)]


def _of_form(form: PostParts, answer: Answer, now: float, credentials: Credentials | None) -> list[Finding]:
    own = list(_form_itself(form, now))
    tried = [] if credentials is None else _try_form(form, credentials)
    if is_mismatch(answer):
        cause = (
            "These credentials signed the policy, so a field was changed on the way, or the server holds "
            "another secret for the key id"
            if tried
            else "Another secret signed the policy, or the policy was changed after signing"
        )
        wrong = Finding("wrong_secret", cause, "check the secret, and send the policy unchanged")
        bad = _unless_ok(tried)
        return [*bad, *own, *([] if bad else [wrong])]
    said = by_answer(Case(NOTHING, answer, now, method="POST"))
    if said and said[0].code == "access_denied" and own:
        return own + said
    return [*said, *own, *_unless_ok(tried)]


def _form_itself(form: PostParts, now: float) -> Iterator[Finding]:
    """Return what is wrong with a form by its policy and our clock."""
    missing = form.missing()
    if missing:
        yield Finding(
            "malformed", f"The form lacks the fields {', '.join(missing)}", "send all fields that were signed"
        )
    is_temporary = form.fields.get("x-amz-credential", "").startswith("ASIA")
    if is_temporary and "x-amz-security-token" not in form.fields:
        cause = "The credentials are temporary, and the form has no session token"
        yield Finding("session_token_missing", cause, ALL_THREE)
    if form.policy is None:
        if "policy" in form.fields:
            cause = "The policy is not a JSON object in base64: it was cut or changed"
            yield Finding("malformed", cause, "send it unchanged")
        return
    if form.ends is None:
        cause = "The policy has no expiration that can be read"
        yield Finding("malformed", cause, "sign again with presign_post")
    elif now >= form.ends:
        yield Finding(
            "expired",
            f"The form expired {span_text(now - form.ends)} ago, by this machine's clock "
            f"(it ended at {time_text(form.ends)})",
            "make a new form when it is asked for",
        )
    bare = form.unconditioned()
    if bare:
        yield Finding(
            "post_extra_field",
            f"No condition of the policy allows the fields {', '.join(bare):.200}",
            "leave them out, or sign conditions for them; presign_post(fields=…) adds both",
        )


def _try_form(form: PostParts, credentials: Credentials) -> list[Finding]:
    scope = split_credential(form.fields.get("x-amz-credential", ""), None)
    policy, given = form.fields.get("policy"), form.fields.get("x-amz-signature")
    if scope is None or policy is None or given is None:
        return []
    access_key_id, *where = scope
    made = signature(signing_key(credentials.secret_access_key, *where), policy)
    if not compare_digest(made.encode(), given.encode()):
        cause = "The secret does not give the form's signature: another signed it, or the policy was changed"
        return [Finding("wrong_secret", cause, "check the secret, and send the policy unchanged")]
    if access_key_id != credentials.access_key_id:
        cause = "The secret signed the form, which names another access key id: two pairs are mixed up"
        return [Finding("wrong_secret", cause, "sign with id and secret of one pair")]
    return [Finding("ok", "These credentials signed the form", "nothing in the form is wrong")]


def _unless_ok(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code != "ok"]


def _diagnosed(findings: list[Finding], answer: Answer) -> Diagnosis:
    """Return the findings without repetition; where there are none, say what is missing."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.code, finding.cause), finding)
    if kept:
        return Diagnosis(tuple(kept.values()))
    if answer.is_readable and not answer.fields and answer.status is None:
        code, cause = "ok", "Nothing in the URL itself is wrong"
        fix = "if a server refuses it, pass its answer: the XML, or all of curl -i"
    else:
        code, cause = "unknown", "The answer can not be read: it is neither S3's XML nor another known error"
        fix = "pass the whole answer, as curl -i prints it, and the headers that were sent"
        if answer.code or answer.status:
            said = f"{answer.code}: {answer.message}" if answer.code else f"status {answer.status}"
            cause = f"The server's answer is not one that presignlib knows ({redact(said):.200})"
    return Diagnosis((Finding(code, cause, fix),))
