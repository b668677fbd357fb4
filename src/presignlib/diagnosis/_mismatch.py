"""SignatureDoesNotMatch: the request that was signed, held against the one that came.

Servers that tell their own canonical request (AWS, Google, Swift) make an exact diagnosis
possible without the secret: whatever differs was changed between signer and server, and
where nothing does, the secret is another one.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import MalformedURLError
from ..redaction import HIDDEN
from ..reports import Finding
from ..sigv4 import UNSIGNED_PAYLOAD, encode_path, fold
from ..url_parts import decoded
from ._causes import by_headers
from ._variants import try_variants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..credentials import Credentials
    from ._case import Answer, Case

_CODES = ("SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatchException")
# Codes of findings about the URL alone that say more than any comparison.
BROKEN = ("signature_altered", "malformed", "query_changed", "session_token_missing")
_TOKENS = ("X-Amz-Security-Token", "X-Amz-S3session-Token", "X-Amz-Credential", "X-Amz-Signature")
_SECRET_HEADERS = ("x-amz-server-side-encryption-customer-key", "x-amz-security-token")
_MOST_LINES = 500
_SEND_SIGNED_METHOD = "send the method that the URL is signed for"


def is_mismatch(answer: Answer) -> bool:
    """Tell whether the server says that its signature is another one, and no more than that."""
    more = ("expired", "scoped to", "yet")
    return answer.code in _CODES and not any(word in answer.words for word in more)


def explain_mismatch(
    case: Case, damages: list[Finding], problems: list[Finding], credentials: Credentials | None
) -> Iterator[Finding]:
    yield from damages
    yield from [finding for finding in problems if finding.code in BROKEN]
    given = case.answer.fields.get("SignatureProvided", "").strip()
    if given and given != case.parts.auth.get("X-Amz-Signature"):
        yield Finding(
            "signature_altered",
            "The signature that the server got is not the URL's",
            "compare the URL that was sent with the one that was made: they are not the same",
        )
    told = case.answer.canonical_request
    theirs = None if told is None else _read(told)
    compared = [] if theirs is None else [*_scopes(case), *_compared(_signed(case), theirs)]
    yield from compared
    yield from sent_headers_against(case)
    tried = [] if credentials is None else try_variants(case, credentials)
    if tried and tried[0].code != "ok":
        yield from tried
    elif tried and not compared:
        yield Finding(
            "host_changed",
            "These credentials signed the URL as it is, so it was changed on the way, as by a proxy that "
            "sets another Host or path; or the server holds another secret for the key id",
            "compare what the store receives with what was sent; sign_host= signs for the store's own name",
        )
    if tried:
        return
    yield from problems
    if theirs is None:
        yield from _guesses(case)
    elif all(finding.code == "header_changed" for finding in compared):
        yield from _equal(case, theirs)


class _Canonical(NamedTuple):
    """A canonical request in its parts. What is not known, as the value of a header, is None."""

    method: str | None = None
    path: str = ""
    query: Sequence[tuple[str, str]] = ()
    headers: Sequence[tuple[str, str | None]] = ()
    payload_hash: str | None = None

    def completed(self, other: _Canonical) -> _Canonical:
        """Return it with what is not known taken from ``other``, so that it makes no difference."""
        values = dict(other.headers)
        return self._replace(
            method=other.method if self.method is None else self.method,
            headers=[(name, values.get(name) if value is None else value) for name, value in self.headers],
            payload_hash=other.payload_hash if self.payload_hash is None else self.payload_hash,
        )

    def lines(self) -> list[str]:
        """Return it line by line, each parameter on its own; what is secret is hidden."""
        shown = [self.method or "", self.path]
        shown += ["?" + name + "=" + (HIDDEN if name in _TOKENS else value) for name, value in self.query]
        shown += [f"{name}:{'?' if value is None else _shown(name, value)}" for name, value in self.headers]
        return [*shown, self.payload_hash or ""][:_MOST_LINES]


def _signed(case: Case) -> _Canonical:
    if case.signed is not None:
        return _read(case.signed._canonical_request())
    parts = case.parts
    stated = [value for name, value in parts.query if name == "X-Amz-Content-Sha256"]
    is_hash_sent = "x-amz-content-sha256" in parts.signed_headers
    return _Canonical(
        None,
        case.canonical_path(),
        sorted(_pairs(parts.canonical_query())),
        [(name, parts.host if name == "host" else None) for name in parts.signed_headers],
        stated[0] if stated else None if is_hash_sent else case.rules.payload_hash,
    )


def _read(text: str) -> _Canonical:
    """Return the parts of a canonical request's text; what is missing from it is empty."""
    method, path, query, rest = (text + "\n\n\n").split("\n", 3)
    block, _, rest = rest.partition("\n\n")
    lines = [line.partition(":") for line in block.split("\n") if line]
    headers: list[tuple[str, str | None]] = [(name, value) for name, _, value in lines]
    return _Canonical(method, path, _pairs(query), headers, rest.partition("\n")[2].strip() or None)


def _pairs(query: str) -> list[tuple[str, str]]:
    parts = [pair.partition("=") for pair in query.split("&") if pair]
    return [(name, value) for name, _, value in parts]


def _compared(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    """Return what differs, the line that explains most first; nothing where all agree."""
    diff = _difference(ours, theirs)
    for check in (_method, _path, _host, _query, _headers, _payload):
        for finding in check(ours, theirs):
            finding.diff = diff
            yield finding


def _difference(ours: _Canonical, theirs: _Canonical) -> tuple[str, ...]:
    """Return the lines of both: ``- `` as signed, ``+ `` as the server saw them."""
    from difflib import SequenceMatcher

    signed, seen = ours.completed(theirs).lines(), theirs.lines()
    shown: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, signed, seen, autojunk=False).get_opcodes():
        if kind == "equal":
            shown += ["  " + line for line in signed[a:b]]
        else:
            shown += ["- " + line for line in signed[a:b]] + ["+ " + line for line in seen[c:d]]
    return tuple(shown)


def _method(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    if ours.method is not None and ours.method != theirs.method:
        yield Finding(
            "method_mismatch",
            f"The URL is signed for {ours.method} and was sent with {theirs.method}",
            f"send {ours.method}, or sign a URL for {theirs.method}",
        )


def _path(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    signed, seen = ours.path, theirs.path
    if signed == seen:
        return
    dots = {".", ".."}
    ways = (
        (seen == encode_path(signed), "it was percent-encoded once more"),
        (_plain(signed) == _plain(seen), "the same letters are percent-encoded in another way"),
        (dots & {*signed.split("/")} and not dots & {*seen.split("/")}, "its dot segments were resolved"),
        (signed.replace("//", "/") == seen, "its double slashes were merged"),
        (signed.rstrip("/") == seen.rstrip("/"), "a slash at its end came or went"),
        (seen.endswith(signed), "something was put in front of it"),
        (signed.endswith(seen), "its beginning was cut off"),
        (seen.lower() == signed.lower(), "its letters changed between upper and lower case"),
        (True, "another path arrived"),
    )
    yield Finding(
        "path_rewritten",
        f"The path was changed on the way: {next(way for holds, way in ways if holds)}",
        "send the path as it is: a proxy or client must neither decode, encode, resolve nor cut it",
    )


def _plain(path: str) -> str:
    try:
        return decoded("path", path)
    except MalformedURLError:
        return path


def _host(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    signed, seen = dict(ours.headers).get("host"), dict(theirs.headers).get("host")
    if signed is not None and seen is not None and signed != seen:
        yield Finding(
            "host_changed",
            f"The URL is signed for host {signed:.253} and the server was asked as {seen:.253}",
            "let the proxy pass the Host header on unchanged, or sign for the store's own name (sign_host=)",
        )


def _query(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    if ours.query == theirs.query:
        return
    gone = {name for name, value in ours.query if (name, value) not in theirs.query}
    came = {name for name, value in theirs.query if (name, value) not in ours.query}
    if any(name.startswith("amp%3B") for name in came):
        how = "its & arrived as &amp;: it was escaped for HTML"
    elif gone & came:
        how = f"the value of {_listed(gone & came)} arrived changed"
    elif came:
        how = f"parameters were added: {_listed(came)}"
    elif gone:
        how = f"parameters are missing: {_listed(gone)}"
    else:
        how = "a parameter stands another number of times, or in another order"
    yield Finding(
        "query_changed",
        f"The query was changed on the way: {how}",
        "send the query as it is; pass own parameters when signing (query=)",
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5])[:120]


def _headers(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    seen = dict(theirs.headers)
    missing, changed, unsure = [], [], []
    for name, value in ours.headers:
        line = name if value is None else f"{name}: {_shown(name, value)}"
        if name == "host" or (value == "" and not seen.get(name)):
            continue
        if not seen.get(name):
            missing.append(line)
        elif value is None:
            unsure.append(name)
        elif value != seen[name]:
            changed.append(line)
    if missing:
        yield Finding(
            "header_missing",
            f"A header that is signed did not arrive: {_names(missing)}",
            f"send {'; '.join(missing):.400}"
            + ("" if ":" in missing[0] else ", with the value that was signed"),
        )
    if changed:
        yield Finding(
            "header_changed",
            f"A header that is signed arrived with another value: {_names(changed)}",
            f"send {'; '.join(changed):.400}",
        )
    if unsure:
        yield Finding(
            "header_changed",
            f"The signature covers {_names(unsure)}, whose signed value the URL does not tell",
            "send exactly the values that were given when signing; .headers of the PresignedURL lists them",
        )


def _names(lines: list[str]) -> str:
    return ", ".join([line.partition(":")[0] for line in lines])[:200]


def _shown(name: str, value: str) -> str:
    return HIDDEN if name.startswith(_SECRET_HEADERS) else value


def _payload(ours: _Canonical, theirs: _Canonical) -> Iterator[Finding]:
    signed, seen = ours.payload_hash, theirs.payload_hash
    if signed is not None and seen is not None and signed != seen:
        how = "without a hash of the body" if signed == UNSIGNED_PAYLOAD else "with the hash of another body"
        yield Finding(
            "payload_mismatch",
            f"The URL is signed {how}, and the server took {seen:.80} for it",
            "send no x-amz-content-sha256 but the signed one, and the body that was signed for",
        )


def sent_headers_against(case: Case) -> Iterator[Finding]:
    ours, sent = _signed(case), case.sent
    if case.method is not None:
        yield from _method(ours, _Canonical(case.method))
    if sent is None:
        return
    if "host" in sent:
        yield from _host(ours, _Canonical(headers=[("host", sent["host"].lower())]))
    yield from _headers(ours, _Canonical(headers=[(name, fold(value)) for name, value in sent.items()]))
    yield from by_headers(case, sent)


def _scopes(case: Case) -> Iterator[Finding]:
    lines = case.answer.string_to_sign.split("\n")
    if len(lines) < 4 or case.parts.credential is None:
        return
    scope = lines[2].split("/")
    if len(scope) == 4 and scope[1] != case.region:
        yield Finding(
            "wrong_region",
            f"The server signs for region {scope[1]:.60}, the URL is signed for {case.region:.60}",
            f"sign with region={scope[1]!r:.62}",
        )
    elif len(scope) == 4 and scope[2] != case.service:
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


def _equal(case: Case, theirs: _Canonical) -> Iterator[Finding]:
    """Return what is left where the server saw the very request that was signed."""
    if case.signed is None and theirs.method not in ("GET", "PUT"):
        yield Finding(
            "method_mismatch",
            f"The URL was sent with {theirs.method}; all else is as signed, so it may be signed for GET",
            _SEND_SIGNED_METHOD,
        )
    yield Finding(
        "wrong_secret",
        "The server saw the very request that was signed, so another secret signed it than that of "
        "the access key id",
        "check the secret: it may be cut, hold blanks or quotes, be rotated, or belong to another id",
    )


def _guesses(case: Case) -> Iterator[Finding]:
    """Return the usual causes, where the server tells nothing of what it signed."""
    names = [name for name in case.parts.signed_headers if name != "host"]
    if case.signed is not None:
        lines = [f"{name}: {value}" for name, value in case.signed._shown_headers().items()]
        which, send = "", "; ".join(lines)[:400]
    else:
        send = ", ".join(names)[:200]
        which, send = f": {send}", send and f"{send} with the values that were given when signing"
    if send and case.sent is None:
        yield Finding(
            "header_missing", f"The URL needs headers that may not have been sent{which}", f"send {send}"
        )
    if case.method not in (None, "GET", "PUT") and case.signed is None:
        yield Finding(
            "method_mismatch",
            f"The URL was sent with {case.method:.20} and may be signed for another method",
            _SEND_SIGNED_METHOD,
        )
    yield Finding(
        "wrong_secret",
        "The server's signature is another one, and it does not tell what it signed; "
        "the usual cause is the secret",
        "check the secret, or pass credentials= to try the likely slips; "
        "and see that no proxy changes Host or path",
    )
