"""A presigned request written out: calls that send it, forms, and the text that was signed.

The calls (curl, fetch, requests, HTTPie) take method, URL and the headers that have to be
sent. Where a body is needed they read ``FILE``, or for fetch the variable ``file``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def _has_body(method: str, url: str) -> bool:
    """Tell whether a request sends one; what begins an upload in parts does not."""
    return method in ("PUT", "POST", "PATCH") and "&uploads=&" not in url.replace("?", "&", 1)


def curl(method: str, url: str, headers: Mapping[str, str]) -> str:
    """Return a curl command for a POSIX shell; it fails where the server refuses.

    ``--path-as-is`` keeps dot segments, which curl would resolve and so break the
    signature; ``--globoff`` keeps brackets of an IPv6 host. The length of a body is curl's
    to say: told one, it would send a longer file cut to it, and that be stored.
    """
    words = ["curl", "--fail-with-body", "--globoff", "--path-as-is"]
    if method == "HEAD":
        words += ["--head"]
    elif method != "GET":
        words += ["--request", method]
    if method in ("PUT", "POST", "PATCH"):
        # --data-binary would add a content type of its own; an empty one takes it out.
        words += ["--data-binary", "@FILE" if _has_body(method, url) else "''"]
        headers = {name: value for name, value in headers.items() if name != "content-length"}
        if "content-type" not in headers:
            words += ["--header", shell_quoted("content-type:")]
    for name, value in headers.items():
        words += ["--header", shell_quoted(f"{name}: {value}" if value else f"{name};")]
    return " ".join([*words, shell_quoted(url)])


def httpie(method: str, url: str, headers: Mapping[str, str]) -> str:
    """Return an HTTPie command for a POSIX shell.

    HTTPie adds a content type to a body; ``content-type:`` takes it out where none was signed.
    """
    words = ["http", "--check-status", "--path-as-is", method, shell_quoted(url)]
    words += [shell_quoted(f"{name}:{value}" if value else f"{name};") for name, value in headers.items()]
    if _has_body(method, url):
        if "content-type" not in headers:
            words.append("content-type:")
        words.append("< FILE")
    else:
        words.insert(1, "--ignore-stdin")
    return " ".join(words)


def fetch(method: str, url: str, headers: Mapping[str, str]) -> str:
    """Return a JavaScript ``fetch`` call; ``file`` is a Blob or File.

    A browser sends the type of a Blob as content type and the length by itself, so a
    Blob without a type is made where no type was signed, and the length is left out.
    """
    options = [f"method: {js_quoted(method)}"]
    listed = ", ".join(
        [
            f"{js_quoted(name)}: {js_quoted(value)}"
            for name, value in headers.items()
            if name != "content-length"
        ]
    )
    if listed:
        options.append(f"headers: {{{listed}}}")
    if _has_body(method, url):
        options.append("body: file" if "content-type" in headers else "body: new Blob([file])")
    return f"await fetch({js_quoted(url)}, {{{', '.join(options)}}})"


def requests(method: str, url: str, headers: Mapping[str, str]) -> str:
    """Return a call of Python's ``requests``."""
    arguments = [repr(method), repr(url)]
    if headers:
        arguments.append(f"headers={dict(headers)!r}")
    if _has_body(method, url):
        arguments.append("data=open('FILE', 'rb')")
    return f"requests.request({', '.join(arguments)})"


def link(url: str, text: str) -> str:
    """Return an HTML link that gives no referrer away; ``text`` is what it shows."""
    return f'<a href="{html_escaped(url)}" rel="noreferrer">{html_escaped(text)}</a>'


def shell_quoted(text: str) -> str:
    """Return ``text`` as one word of a POSIX shell."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def js_quoted(text: str) -> str:
    """Return ``text`` as a JavaScript string that is safe inside a script element."""
    from json import dumps

    return dumps(text).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def html_escaped(text: str) -> str:
    """Return ``text`` for an HTML document, inside or outside of an attribute."""
    from html import escape

    return escape(text)


# Forms. ``fields`` are sent as they are, ``asked`` are those whose values the sender
# chooses, with what they have to begin with. The file is last: S3 reads no field behind it.


def html_form(url: str, fields: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Return an HTML form that uploads one file."""
    lines = [f'<form action="{html_escaped(url)}" method="post" enctype="multipart/form-data">']
    lines += [
        f'  <input type="hidden" name="{html_escaped(name)}" value="{html_escaped(value)}">'
        for name, value in fields.items()
    ]
    lines += [
        f'  <label>{name} <input name="{name}" value="{html_escaped(value)}"></label>'
        for name, value in ((html_escaped(name), value) for name, value in asked.items())
    ]
    return "\n".join(
        [*lines, '  <input type="file" name="file" required>', "  <button>Upload</button>", "</form>"]
    )


def curl_form(url: str, fields: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Return a curl command for a POSIX shell that uploads ``FILE``; it fails where the server refuses."""
    words = ["curl", "--fail-with-body", "--globoff"]
    for name, value in {**fields, **asked}.items():
        words += ["--form-string", shell_quoted(f"{name}={value}")]
    return " ".join([*words, "--form", "file=@FILE", shell_quoted(url)])


def fetch_form(url: str, fields: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Return JavaScript that uploads ``file``, a File; its type is sent where the policy asks for one."""
    lines = ["const form = new FormData();"]
    lines += [f"form.append({js_quoted(name)}, {js_quoted(value)});" for name, value in fields.items()]
    for name, value in asked.items():
        text = "file.type" if name == "Content-Type" else js_quoted(value)
        lines.append(f"form.append({js_quoted(name)}, {text});")
    lines.append('form.append("file", file);')
    lines.append(f'await fetch({js_quoted(url)}, {{method: "POST", body: form}});')
    return "\n".join(lines)


# The signed text, whole, so that it can be laid beside what a server sent. Lines before it that
# begin with ``# `` are comments; no signed line can begin so: a blank is percent-encoded in paths
# and queries, and no part of a method or a header's name.

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
    query, rest = request.split("\n", 3)[2:]
    payload_hash = rest.rpartition("\n")[2]
    comments = [
        "# Line 1, the method: the URL is refused for every other.",
        "# Line 2, the path, percent-encoded.",
        "# Line 3, the query without the signature, sorted by name:",
        *_parameters(query),
        "# Then the headers that have to be sent with exactly these values, sorted, and an empty line;",
        "# the names of these headers;",
        f"# and {_BODIES.get(payload_hash, 'the SHA-256 of the body')}.",
    ]
    return "\n".join([*comments, request])


def _parameters(query: str) -> list[str]:
    """Return a comment for each parameter; what is not AWS's belongs to the operation."""
    names = [pair.partition("=")[0] for pair in query.split("&")]
    return [f"#   {name}: {_PARAMETERS.get(name, 'part of the operation')}" for name in names]


def _to_sign(text: str) -> str:
    signed = "the HMAC of these four lines is" if "HMAC" in text else "ECDSA over these four lines gives"
    return (
        "# Line 1, the algorithm.\n"
        "# Line 2, when it was signed, in UTC; it is X-Amz-Date.\n"
        "# Line 3, the credential scope: what the signing key is good for.\n"
        f"# Line 4, the SHA-256 of the canonical request above; {signed} the signature.\n"
        f"{text}"
    )
