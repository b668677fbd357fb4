"""The options of the command line, one row each, and how their texts are read."""

from __future__ import annotations

from . import InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from typing import Any

_OBJECT = "get head put delete"
_PARTS = "create part complete abort list-parts"  # of multipart, whose steps count as commands here
_S3 = f"{_OBJECT} list post {_PARTS}"
SIGNING = (*_OBJECT.split(), "list", "post", "multipart", "url")
_URLS = ("url", "json", "curl", "fetch", "httpie", "python", "html")
_FORMS = ("json", "curl", "fetch", "html", "url")
_TEXTS = ("text", "json")
_DIGESTS = ("sha256", "sha1", "crc32", "crc32c", "crc64nvme")

# Flags, the keyword that they are (where it is not the first flag's name), what kind of
# value they take, the commands that have them, and help. A kind is the name of the value
# or a tuple of choices; "on" and "off" take none, "switch" has a --no- form too.
ROWS: tuple[tuple[str, str, str | tuple[str, ...], str, str], ...] = (
    (
        "--expires-in --expires --expire",
        "expires",
        "DURATION",
        f"{_S3} url",
        "900 or 15m or '10 minutes', 7d at most; without it 15m, 5m to delete or list, 1h for multipart",
    ),
    ("-o --output", "output", _URLS, f"{_OBJECT} list {_PARTS} url", "how the result is written"),
    ("-o --output", "output", _FORMS, "post", "how the result is written"),
    ("-o --output", "output", _TEXTS, "inspect verify diagnose credentials", "how the result is written"),
    ("-0 --null", "", "on", _OBJECT, "keys from standard input end in NUL, as find -print0 writes them"),
    ("--stable-for", "", "DURATION", f"{_OBJECT} list", "give the same URL for so long, for caches"),
    ("--version-id", "", "ID", "get head delete", "one version of the object"),
    ("--part-number", "", "NUMBER", "get head", "one part of the object"),
    ("--download-as", "", "NAME", "get", "the file name that a browser saves"),
    ("--inline-as", "", "NAME", "get", "the file name of what a browser shows"),
    *(
        (f"--response-{name}", "", "TEXT", "get", f"the answer's {name.title()}, in place of the stored one")
        for name in (
            *("content-type", "cache-control", "content-language", "content-encoding"),
            *("content-disposition", "expires"),
        )
    ),
    ("--content-type", "", "TYPE", "put create", "the one type that may be sent"),
    (
        "--content-type",
        "",
        "TYPE",
        "post",
        "the type that may be sent: image/png, 'image/*', or '*/*' for any",
    ),
    ("--content-length", "", "BYTES", "put part", "the one size that may be sent"),
    ("--no-overwrite", "overwrite", "off", "put complete", "refuse where the object exists"),
    ("--if-match", "", "ETAG", "put complete", "replace this version alone"),
    ("--metadata", "", "NAME=VALUE", "put create post", "metadata that has to be sent; may repeat"),
    ("--tag", "tags", "NAME=VALUE", "put create", "a tag that has to be sent; may repeat"),
    *(
        (f"--checksum-{kind}", "", "BASE64", "put part", f"the {kind.upper()} that the body has to have")
        for kind in _DIGESTS
    ),
    ("--content-md5", "", "BASE64", "put part", "the MD5 that the body has to have"),
    *(
        (f"--{name}", "", "TEXT", "put create", f"the {name.title()} that is stored with the object")
        for name in ("cache-control", "content-disposition", "content-encoding")
    ),
    ("--storage-class", "", "CLASS", "put create", "as STANDARD_IA"),
    ("--acl", "", "ACL", "put create", "one of S3's canned ACLs, as private"),
    ("--sse", "", ("AES256", "aws:kms", "aws:kms:dsse"), "put create", "encryption by S3"),
    ("--kms-key-id", "", "ID", "put create", "the key of KMS, with --sse aws:kms"),
    (
        "--sse-customer-key-file",
        "sse_customer_key",
        "FILE",
        "put create part",
        "a file of 32 bytes: encryption by your own key. It is never printed",
    ),
    ("--delimiter", "", "TEXT", "list", "roll up what has this behind the prefix, usually /"),
    ("--max-keys", "", "NUMBER", "list", "at most so many keys"),
    ("--start-after", "", "KEY", "list", "begin behind this key"),
    ("--continuation-token", "", "TOKEN", "list", "go on where the last page ended"),
    ("--key-prefix", "", "PREFIX", "post", "what the file's own name comes behind, in place of a key"),
    ("--max-size", "", "SIZE", "post", "the most bytes that the file may have: 5000000, 5MB, 5MiB"),
    ("--min-size", "", "SIZE", "post", "the fewest"),
    ("--redirect", "", "URL", "post", "where a browser goes after the upload"),
    ("--success-status", "", "NUMBER", "post", "what is answered otherwise: 200, 201 or 204"),
    ("--field", "fields", "NAME=VALUE", "post", "another field of the form, with its condition; may repeat"),
    ("--condition", "conditions", "JSON", "post", "a raw condition; may repeat"),
    ("--upload-id", "", "ID", "part complete abort list-parts", "what parse-id has printed"),
    ("--number", "", "N[-M]", "part", "the part's number, or the first and last of several"),
    ("--max-parts", "", "NUMBER", "list-parts", "at most so many"),
    ("--part-number-marker", "", "NUMBER", "list-parts", "begin behind this part"),
    ("--part", "parts", "N=ETAG", "body", "a part's number and the ETag of the answer; may repeat"),
    ("--request-payer", "", "on", f"{_OBJECT} list {_PARTS}", "who asks pays"),
    (
        "--expected-bucket-owner",
        "",
        "ACCOUNT",
        f"{_OBJECT} list {_PARTS}",
        "refuse a bucket of another account",
    ),
    ("--query", "", "NAME=VALUE", f"{_OBJECT} list url", "another parameter to sign; may repeat"),
    (
        "--header",
        "headers",
        "'NAME: VALUE'",
        f"{_OBJECT} list create url",
        "another header to sign, which has to be sent; may repeat",
    ),
    ("--service", "", "NAME", "url", "the service's signing name, as execute-api"),
    ("--payload-hash", "", "HASH", "url", "the body's SHA-256 in hex, or UNSIGNED-PAYLOAD"),
    ("--token-placement", "", ("signed", "appended"), "url", "where the session token goes"),
    (
        "--path-encoding",
        "",
        ("once", "twice"),
        "url",
        "how the path is signed: once as S3 does, twice as others",
    ),
    ("--normalize-path", "", "switch", "url", "take dot segments out of what is signed"),
    ("--algorithm", "", ("sigv4", "sigv4a"), "url", "sigv4a signs for several regions"),
    ("--region-set", "", "REGIONS", "url", "these regions, as 'us-east-1,eu-*'"),
    (
        "--region",
        "",
        "REGION",
        f"{_S3} url policy",
        "the bucket's region; else AWS_REGION, AWS_DEFAULT_REGION, the profile's",
    ),
    (
        "--profile",
        "",
        "NAME",
        f"{_S3} url verify diagnose credentials",
        "the profile in the shared files; else AWS_PROFILE",
    ),
    ("--endpoint-url", "", "URL", _S3, "the store, where it is not AWS"),
    ("--sign-host", "", "HOST", _S3, "the host that is signed, where a proxy restores it"),
    ("--addressing-style", "", ("auto", "virtual", "path"), _S3, "where the bucket's name goes"),
    ("--dualstack", "", "switch", _S3, "hosts that have IPv6 too"),
    ("--fips", "", "switch", _S3, "FIPS hosts"),
    ("--accelerate", "", "on", _S3, "S3 Accelerate"),
    ("--use-arn-region", "", "switch", _S3, "sign for the region in an access point's ARN"),
    ("--allow-http", "", "switch", f"{_S3} url", "allow plain http to hosts that look public"),
    (
        "--short-credentials",
        "",
        ("cap", "raise", "ignore"),
        f"{_S3} url",
        "where credentials end sooner than the URL: shorten it and warn, refuse, or sign it all the same",
    ),
    ("--method", "", "METHOD", "verify diagnose", "the method that was sent; verify takes GET without it"),
    ("--header", "headers", "'NAME: VALUE'", "verify", "a header that was sent; may repeat"),
    ("--header", "sent_headers", "'NAME: VALUE'", "diagnose", "a header that was sent; may repeat"),
    ("--service", "", "NAME", "verify", "the service it must be signed for; s3 without it"),
    ("--region", "", "REGION", "verify", "the region it must be signed for"),
    ("--host", "", "HOST", "verify", "the host it must be signed for"),
    ("--max-expires", "", "DURATION", "verify", "the longest life accepted; 7d without it"),
    ("--max-skew", "", "DURATION", "verify", "how far ahead of the clock it may be signed; 15m without it"),
    ("--payload-hash", "", "HASH", "verify", "the SHA-256, in hex, of the body that came"),
    ("--status", "", "NUMBER", "diagnose", "the HTTP status, where nothing else is known"),
    ("--try-credentials", "", "on", "diagnose", "sign the likely variants with your credentials"),
    (
        "--allow",
        "actions",
        "ACTIONS",
        "policy",
        "get, head, put, post, delete, list, multipart, or S3's names as s3:GetObjectVersion; with commas",
    ),
    ("--origin", "origins", "ORIGIN", "cors", "a page's origin, as https://app.example.com; may repeat"),
    ("--method", "methods", "METHOD", "cors", "what the URLs are for, as PUT; may repeat"),
)
_REQUIRED = ("max_size", "upload_id", "number", "service", "actions", "origins", "methods")
_REPEATED = ("origins", "methods")
WHERE = frozenset(keyword or flags[2:].replace("-", "_") for flags, keyword, _, commands, _ in ROWS
                  if commands.startswith(_S3) and keyword != "expires")  # fmt: skip


def rows_of(command: str) -> dict[str, tuple[list[str], str | tuple[str, ...], str]]:
    """Return flags, kind and help of what a command takes, by keyword."""
    return {
        keyword or flags.split()[-1][2:].replace("-", "_"): (flags.split(), kind, text)
        for flags, keyword, kind, commands, text in ROWS
        if command in commands.split()
    }


def add_options(parser: ArgumentParser, command: str) -> None:
    """Add what a command takes; the namespace then has the keywords of those that are given."""
    from argparse import SUPPRESS, BooleanOptionalAction

    for keyword, (flags, kind, text) in rows_of(command).items():
        needed = (keyword in _REQUIRED and command != "verify") or (keyword, command) == (
            "content_type",
            "post",
        )
        how: dict[str, Any] = {"dest": keyword, "default": SUPPRESS, "help": text}
        if kind in ("on", "off"):
            how["action"] = "store_true" if kind == "on" else "store_false"
        elif kind == "switch":
            how["action"] = BooleanOptionalAction
        elif isinstance(kind, tuple):
            how["choices"] = kind
        else:
            how.update(metavar=kind, required=needed, type=_reader(kind))
            if kind in _LISTS or keyword in _REPEATED:
                how["action"] = "append"
        parser.add_argument(*flags, **how)


def in_flags(command: str, text: str) -> str:
    """Return a message of the library with the flags of a command in place of keywords.

    A command that others have added says as ``get`` does where it signs, and with what.
    """
    from re import sub

    rows = rows_of(command) or rows_of("get")

    def flag(found: Any) -> str:
        name, value = found.groups()
        if name not in rows or not (value or "_" in name):
            return str(found[0])
        [first, *_], kind, _ = rows[name]
        if kind == "switch" and value == "=False":
            return f"--no-{first[2:]}"
        return f"{first} {value[2:-1]}" if value.endswith("'") else first

    return sub(r"\b([a-z][a-z0-9_]*)((?:=(?:True|False|'[^']*')?)?)", flag, text)


def told(command: str, error: Exception, options: object = None) -> str:
    """Return what an error says to someone at a command line, where these ``options`` stand."""
    if not isinstance(error, InvalidInputError):
        return in_flags(command, str(error))
    rows = rows_of(command) or rows_of("get")
    field = rows[error.field][0][0] if error.field in rows else _FIELDS.get(error.field, error.field)
    if options and error.field in ("region", "endpoint_url") and getattr(options, error.field, None) is None:
        field = f"{error.field}, from the environment or the profile,"
    rule = in_flags(command, error.rule)
    for python, words in _PYTHON:
        rule = rule.replace(python, words)
    return str(InvalidInputError(field, rule, error.got))


# What can not be typed, and what stands there in its place.
_PYTHON = (
    ("text without lone surrogates", "UTF-8"),
    (" or an aware datetime", ""),
    (", '10 minutes', a timedelta", " or '10 minutes'"),
)
_FIELDS = {"as_html": "-o html", "xml": "standard input"}


# ---- Values


def _duration(text: str) -> int | str:
    """Return bare digits as seconds; the rest is a duration in words."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text


def _size(text: str) -> int:
    number = text.rstrip("KMGiB")
    return int(number) * _SIZES[text[len(number) :]]


_SIZES = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def _pair(text: str) -> tuple[str, str]:
    name, value = text.split("=", 1)
    return name, value


def _header(text: str) -> tuple[str, str]:
    name, value = text.split(":", 1)
    return name.strip(), value.strip()


def _part(text: str) -> tuple[int, str]:
    number, etag = _pair(text)
    return int(number), etag


def _numbers(text: str) -> range:
    first, _, last = text.partition("-")
    numbers = range(int(first), int(last or first) + 1)
    if not numbers:
        raise ValueError
    return numbers


def _json(text: str) -> Any:
    from json import loads

    return loads(text)


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  # pathlib would be an import for one call
        return file.read()


_LISTS = ("NAME=VALUE", "'NAME: VALUE'", "N=ETAG", "JSON")
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "DURATION": (_duration, ""),
    "BYTES": (int, "a whole number"),
    "NUMBER": (int, "a whole number"),
    "SIZE": (_size, "bytes, as 5000000, 5MB or 5MiB"),
    "NAME=VALUE": (_pair, "of the form NAME=VALUE"),
    "'NAME: VALUE'": (_header, "of the form 'Name: value'"),
    "N=ETAG": (_part, "a part's number and its ETag, as 1=9b2cf5"),
    "N[-M]": (_numbers, "one number, or the first and the last as 1-20"),
    "JSON": (_json, """JSON, as '["starts-with", "$x-amz-meta-note", ""]'"""),
    "FILE": (_bytes, "a file that can be read"),
}


def _reader(kind: str) -> Callable[[str], Any]:
    from argparse import ArgumentTypeError

    function, rule = _READERS.get(kind, (str, ""))

    def read(text: str) -> Any:
        try:
            return function(text)
        except (ValueError, KeyError, OSError):
            raise ArgumentTypeError(f"must be {rule}") from None

    return read
