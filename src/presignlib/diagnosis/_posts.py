"""Refusals of a presigned POST: the form's fields, the policy, and what the server said."""

from __future__ import annotations

from hmac import compare_digest

from ..reports import Finding
from ..sigv4 import signature, signing_key
from ..url_parts import split_credential
from ._case import span_text, time_text
from ._words import ALL_THREE, NO_TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._post_parts import PostParts
    from ..credentials import Credentials


def form_findings(form: PostParts, now: float) -> Iterator[Finding]:
    """Return what is wrong with the form itself, by the policy and our clock."""
    missing = form.missing()
    if missing:
        yield Finding(
            "malformed", f"The form lacks the fields {', '.join(missing)}", "send all fields that were signed"
        )
    is_temporary = form.fields.get("x-amz-credential", "").startswith("ASIA")
    if is_temporary and "x-amz-security-token" not in form.fields:
        yield Finding("session_token_missing", NO_TOKEN, ALL_THREE)
    if form.policy is None:
        if "policy" in form.fields:
            yield Finding(
                "malformed",
                "The policy is not a JSON object in base64: it was cut or changed",
                "send it unchanged",
            )
        return
    if form.ends is None:
        yield Finding(
            "malformed", "The policy has no expiration that can be read", "sign again with presign_post"
        )
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


def try_form(form: PostParts, credentials: Credentials) -> list[Finding]:
    """Return whether the credentials signed the form's policy."""
    scope = split_credential(form.fields.get("x-amz-credential", ""), None)
    policy, given = form.fields.get("policy"), form.fields.get("x-amz-signature")
    if scope is None or policy is None or given is None:
        return []
    access_key_id, date, region, service = scope
    made = signature(signing_key(credentials.secret_access_key, date, region, service), policy)
    if not compare_digest(made.encode(), given.encode()):
        return [
            Finding(
                "wrong_secret",
                "The secret does not give the form's signature: another signed it, or the policy was changed",
                "check the secret, and send the policy unchanged",
            )
        ]
    if access_key_id != credentials.access_key_id:
        return [
            Finding(
                "wrong_secret",
                "The secret signed the form, which names another access key id: two pairs are mixed up",
                "sign with id and secret of one pair",
            )
        ]
    return [Finding("ok", "These credentials signed the form", "nothing in the form is wrong")]
