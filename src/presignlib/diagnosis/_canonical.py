"""The canonical request as the signer had it, held against the one that the server made.

Servers that tell their own (AWS, Google, Swift) make an exact diagnosis possible without
the secret: whatever differs was changed between signer and server, and where nothing
does, the secret is another one.
"""

from __future__ import annotations

from ..errors import MalformedURLError
from ..redaction import HIDDEN
from ..reports import Finding
from ..sigv4 import UNSIGNED_PAYLOAD, encode_path, fold
from ..url_parts import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._case import Case

_TOKENS = ("X-Amz-Security-Token", "X-Amz-S3session-Token", "X-Amz-Credential", "X-Amz-Signature")
_SECRET_HEADERS = ("x-amz-server-side-encryption-customer-key", "x-amz-security-token")
_MOST_LINES = 500


class Canonical:
    """A canonical request in its parts. A header whose value is not known has None."""

    __slots__ = ("headers", "method", "path", "payload_hash", "query")

    def __init__(
        self,
        method: str | None,
        path: str,
        query: list[tuple[str, str]],
        headers: list[tuple[str, str | None]],
        payload_hash: str | None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payload_hash = payload_hash

    def completed(self, other: Canonical) -> Canonical:
        """Return it with what is not known taken from ``other``, so that it makes no difference."""
        values = dict(other.headers)
        return Canonical(
            other.method if self.method is None else self.method,
            self.path,
            self.query,
            [(name, values.get(name) if value is None else value) for name, value in self.headers],
            other.payload_hash if self.payload_hash is None else self.payload_hash,
        )

    def lines(self) -> list[str]:
        """Return it line by line, each parameter on its own; what is secret is hidden."""
        shown = [self.method or "", self.path]
        shown += ["?" + name + "=" + (HIDDEN if name in _TOKENS else value) for name, value in self.query]
        shown += [f"{name}:{'?' if value is None else _shown(name, value)}" for name, value in self.headers]
        return [*shown, self.payload_hash or ""]


def signed_request(case: Case) -> Canonical:
    """Return the canonical request that the URL says it was signed with."""
    if case.signed is not None:
        contract = case.signed._contract
        whole = contract.head + encode_path(case.signed.key or "") + contract.tail
        return read_request(whole)
    parts = case.parts
    headers: list[tuple[str, str | None]] = [
        (name, parts.host if name == "host" else None) for name in parts.signed_headers
    ]
    query = sorted([tuple(pair.split("=", 1)) for pair in parts.canonical_query().split("&") if pair])
    stated = [value for name, value in parts.query if name == "X-Amz-Content-Sha256"]
    is_hash_sent = "x-amz-content-sha256" in parts.signed_headers
    payload_hash = stated[0] if stated else None if is_hash_sent else case.rules.payload_hash
    return Canonical(
        None, case.canonical_path(), [(name, value) for name, value in query], headers, payload_hash
    )


def read_request(text: str) -> Canonical:
    """Return the parts of a canonical request's text; what is missing from it is empty."""
    method, _, rest = text.partition("\n")
    path, _, rest = rest.partition("\n")
    query, _, rest = rest.partition("\n")
    block, _, rest = rest.partition("\n\n")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    lines = [line.partition(":") for line in block.split("\n") if line]
    return Canonical(
        method,
        path,
        [(name, value) for name, _, value in pairs],
        [(name, value) for name, _, value in lines],
        rest.partition("\n")[2].strip() or None,
    )


def compare(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    """Return what differs, the line that explains most first; nothing where all agree."""
    diff = difference(ours, theirs)
    for check in (_method, _path, _host, _query, _headers, _payload):
        for finding in check(ours, theirs):
            yield Finding(finding.code, finding.cause, finding.fix, diff)


def difference(ours: Canonical, theirs: Canonical) -> tuple[str, ...]:
    """Return the lines of both: ``- `` as signed, ``+ `` as the server saw them."""
    from difflib import SequenceMatcher

    signed, seen = ours.completed(theirs).lines()[:_MOST_LINES], theirs.lines()[:_MOST_LINES]
    shown: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, signed, seen, autojunk=False).get_opcodes():
        if kind == "equal":
            shown += ["  " + line for line in signed[a:b]]
        else:
            shown += ["- " + line for line in signed[a:b]] + ["+ " + line for line in seen[c:d]]
    return tuple(shown)


def _method(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    if ours.method is not None and ours.method != theirs.method:
        yield Finding(
            "method_mismatch",
            f"The URL is signed for {ours.method} and was sent with {theirs.method}",
            f"send {ours.method}, or sign a URL for {theirs.method}",
        )


def _path(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    if ours.path == theirs.path:
        return
    yield Finding(
        "path_rewritten",
        f"The path was changed on the way: {_path_change(ours.path, theirs.path)}",
        "send the path as it is: a proxy or client must neither decode, encode, resolve nor cut it",
    )


def _path_change(signed: str, seen: str) -> str:
    """Say in what way two different paths differ."""
    dots = {".", ".."}
    ways = (
        (seen == encode_path(signed), "it was percent-encoded once more"),
        (_plain_path(signed) == _plain_path(seen), "the same letters are percent-encoded in another way"),
        (dots & {*signed.split("/")} and not dots & {*seen.split("/")}, "its dot segments were resolved"),
        (signed.replace("//", "/") == seen, "its double slashes were merged"),
        (signed.rstrip("/") == seen.rstrip("/"), "a slash at its end came or went"),
        (seen.endswith(signed), "something was put in front of it"),
        (signed.endswith(seen), "its beginning was cut off"),
        (seen.lower() == signed.lower(), "its letters changed between upper and lower case"),
    )
    return next((way for holds, way in ways if holds), "another path arrived")


def _plain_path(path: str) -> str:
    try:
        return decoded("path", path)
    except MalformedURLError:
        return path


def _host(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    signed, seen = dict(ours.headers).get("host"), dict(theirs.headers).get("host")
    if signed is not None and seen is not None and signed != seen:
        yield Finding(
            "host_changed",
            f"The URL is signed for host {signed:.253} and the server was asked as {seen:.253}",
            "let the proxy pass the Host header on unchanged, or sign for the store's own name (sign_host=)",
        )


def _query(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    left = [pair for pair in ours.query if pair not in theirs.query]
    right = [pair for pair in theirs.query if pair not in ours.query]
    gone, came = {name for name, _ in left}, {name for name, _ in right}
    if not left and not right and ours.query == theirs.query:
        return
    if any(name.startswith("amp%3B") for name in came):
        how = "its & arrived as &amp;: it was escaped for HTML"
    elif gone & came:
        names = ", ".join(sorted(gone & came)[:5])
        how = f"the value of {names:.120} arrived changed"
    elif came:
        how = f"parameters were added: {', '.join(sorted(came)[:5]):.120}"
    elif gone:
        how = f"parameters are missing: {', '.join(sorted(gone)[:5]):.120}"
    else:
        how = "a parameter stands another number of times, or in another order"
    yield Finding(
        "query_changed",
        f"The query was changed on the way: {how}",
        "send the query as it is; pass own parameters when signing (query=)",
    )


def _headers(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    seen = dict(theirs.headers)
    missing, changed, unsure = [], [], []
    for name, value in ours.headers:
        if name == "host":
            continue
        if not seen.get(name):
            if value != "":
                missing.append(name if value is None else f"{name}: {_shown(name, value)}")
        elif value is None:
            unsure.append(name)
        elif value != seen[name]:
            changed.append(f"{name}: {_shown(name, value)}")
    if missing:
        yield Finding(
            "header_missing",
            f"A header that is signed did not arrive: {_names(missing):.200}",
            f"send {'; '.join(missing):.400}"
            + ("" if ":" in missing[0] else ", with the value that was signed"),
        )
    if changed:
        yield Finding(
            "header_changed",
            f"A header that is signed arrived with another value: {_names(changed):.200}",
            f"send {'; '.join(changed):.400}",
        )
    if unsure:
        yield Finding(
            "header_changed",
            f"The signature covers {', '.join(unsure):.200}, whose signed value the URL does not tell",
            "send exactly the values that were given when signing; .headers of the PresignedURL lists them",
        )


def _names(lines: list[str]) -> str:
    return ", ".join([line.partition(":")[0] for line in lines])


def _shown(name: str, value: str) -> str:
    return HIDDEN if name.startswith(_SECRET_HEADERS) else value


def _payload(ours: Canonical, theirs: Canonical) -> Iterator[Finding]:
    if ours.payload_hash is None or theirs.payload_hash is None or ours.payload_hash == theirs.payload_hash:
        return
    how = (
        "without a hash of the body"
        if ours.payload_hash == UNSIGNED_PAYLOAD
        else "with the hash of another body"
    )
    yield Finding(
        "payload_mismatch",
        f"The URL is signed {how}, and the server took {theirs.payload_hash:.80} for it",
        "send no x-amz-content-sha256 but the signed one, and the body that was signed for",
    )


def sent_headers_against(case: Case) -> Iterator[Finding]:
    """Hold what was sent, where that is known, against what is signed."""
    ours = signed_request(case)
    if case.method is not None and ours.method is not None and case.method != ours.method:
        yield from _method(ours, Canonical(case.method, "", [], [], None))
    if case.sent is None:
        return
    sent: list[tuple[str, str | None]] = [(name, fold(value)) for name, value in case.sent.items()]
    if "host" in case.sent:
        yield from _host(ours, Canonical(None, "", [], [("host", case.sent["host"].lower())], None))
    yield from _headers(ours, Canonical(None, "", [], sent, None))
    if "authorization" in case.sent:
        yield Finding(
            "malformed",
            "The request is signed twice: the URL is presigned, and an Authorization header was sent too",
            "send no Authorization header with a presigned URL",
        )
    bare = [n for n in case.sent if n.startswith("x-amz-") and n not in case.parts.signed_headers]
    if bare:
        yield Finding(
            "headers_not_signed",
            f"The client sent headers that are not signed: {', '.join(bare):.120}",
            "leave them out, or sign them: options of presign_put and headers= do",
        )
