"""What an HTTP status says, where the server gave no code of its own."""

from __future__ import annotations

from ..reports import Finding
from ._words import redirected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._case import Case

_STATUSES: dict[int, tuple[str, str, str]] = {
    301: ("redirect", "The bucket is at another endpoint", "sign for the bucket's own region and host"),
    302: ("redirect", "The server sends the client to another address", "sign for the address that answers"),
    307: ("redirect", "The bucket is at another endpoint", "sign for the bucket's own region and host"),
    308: ("redirect", "The bucket is at another endpoint", "sign for the bucket's own region and host"),
    304: (
        "precondition_failed",
        "The object has not changed since the copy that the client has",
        "use that copy",
    ),
    400: (
        "malformed",
        "The server can not read the request",
        "pass the answer's body too: it says what is wrong",
    ),
    401: ("access_denied", "The server takes the request for unsigned", "pass the answer's body too"),
    404: (
        "no_such_key",
        "Nothing is at this address",
        "check the key's letters, blanks and slashes, and the bucket",
    ),
    405: (
        "method_not_allowed",
        "The server does not allow this method here",
        "send the method that was signed",
    ),
    409: ("precondition_failed", "Another request changed the object at the same time", "try again"),
    411: ("header_missing", "The upload has no Content-Length", "send Content-Length"),
    412: ("precondition_failed", "A condition of the request does not hold", "sign without the condition"),
    413: ("too_large", "The body is larger than the server, or a proxy before it, takes", "send less"),
    414: (
        "malformed",
        "The URL is longer than the server, or a proxy before it, takes",
        "sign with a shorter token",
    ),
    501: ("not_implemented", "The store does not have this operation", "use another one"),
}


def by_status(case: Case) -> list[Finding]:
    """Return what a status says without a code."""
    status = case.answer.status or 0
    if 200 <= status < 300:
        return [Finding("ok", f"The server answered {status}: the request was accepted", "nothing")]
    if status >= 500 and status not in _STATUSES:
        return [
            Finding(
                "unknown", f"The server answered {status}; nothing says that the URL is wrong", "try again"
            )
        ]
    if status in _STATUSES:
        code, cause, fix = _STATUSES[status]
        return list(redirected(case)) if code == "redirect" else [Finding(code, f"{cause} ({status})", fix)]
    return []
