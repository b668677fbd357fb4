"""The text that was signed, exactly, with a comment on each part.

Lines that begin with ``# `` are comments; without them the rest is what was hashed.
None of the signed lines can begin so: a blank is percent-encoded in paths and queries
and no part of a method or a header's name.
"""

from __future__ import annotations

_PARAMETERS = {
    "X-Amz-Algorithm": "how it is signed",
    "X-Amz-Credential": "whose key signed, and the scope: day, region, service",
    "X-Amz-Date": "when it was signed, in UTC",
    "X-Amz-Expires": "how many seconds it lives from then on",
    "X-Amz-Region-Set": "the regions it is good for",
    "X-Amz-S3session-Token": "the token of an S3 Express session",
    "X-Amz-Security-Token": "the token of temporary credentials",
    "X-Amz-SignedHeaders": "the headers that the signature covers",
}
_BODIES = {
    "UNSIGNED-PAYLOAD": "in place of the body's SHA-256: the signature leaves the body open",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": "the SHA-256 of an empty body",
}


def explained(request: str, to_sign: str) -> str:
    """Return a canonical request and a string to sign, annotated part by part."""
    return f"Canonical request:\n{_request(request)}\n\nString to sign:\n{_to_sign(to_sign)}"


def _request(request: str) -> str:
    method, path, query, rest = request.split("\n", 3)
    headers, _, rest = rest.partition("\n\n")
    names, _, payload_hash = rest.partition("\n")
    return "\n".join(
        [
            "# the method: the URL is refused for every other",
            method,
            "# the path, percent-encoded",
            path,
            "# the query without the signature, sorted by name:",
            *_parameters(query),
            query,
            "# the headers that have to be sent with exactly these values, sorted, and an empty line",
            headers,
            "",
            "# the names of these headers",
            names,
            f"# {_BODIES.get(payload_hash, 'the SHA-256 of the body')}",
            payload_hash,
        ]
    )


def _parameters(query: str) -> list[str]:
    """Return a comment for each parameter; what is not AWS's belongs to the operation."""
    names = [pair.partition("=")[0] for pair in query.split("&")]
    return [f"#   {name}: {_PARAMETERS.get(name, 'part of the operation')}" for name in names]


def _to_sign(text: str) -> str:
    algorithm, time, scope, request_hash = text.split("\n")
    signed = "the HMAC of these four lines is" if "HMAC" in algorithm else "ECDSA over these four lines gives"
    return (
        f"# the algorithm\n{algorithm}\n"
        f"# when it was signed, in UTC; it is X-Amz-Date\n{time}\n"
        f"# the credential scope: what the signing key is good for\n{scope}\n"
        f"# the SHA-256 of the canonical request above; {signed} the signature\n"
        f"{request_hash}"
    )
