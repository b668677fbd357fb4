"""What the page asks a bucket for: its list and a deletion, each by a presigned URL, and the samples.

The list is read by expat, which stops at a document type, so that no entity can grow.

Source: Amazon S3 API Reference, "ListObjectsV2", "DeleteObject".
"""

from __future__ import annotations

from typing import NamedTuple

from .. import PresignError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .. import PresignedURL, Presigner

    Fetch = Callable[[PresignedURL], tuple[int, bytes]]

MOST = 2_000  # objects in the table
_LONGEST = 16 * 1024**2  # bytes of an answer: 1,000 keys of 1,024 bytes, percent-encoded, fit well
_TIMEOUT = 10  # seconds


class Object(NamedTuple):
    """An object as the list has it; ``size`` in bytes."""

    key: str
    size: int


class Listed(NamedTuple):
    """The objects, and whether there are more than the table shows."""

    objects: list[Object]
    is_cut: bool


class RefusedError(PresignError):
    """The store refused, or its answer can not be read: the URL that was sent, status and answer."""

    def __init__(self, url: PresignedURL, status: int, answer: bytes) -> None:
        super().__init__(url, status, answer)
        self.url, self.status, self.answer = url, status, answer

    def __str__(self) -> str:
        return f"the store refused with status {self.status}"


class UnreachableError(PresignError):
    """The store can not be reached."""


def listed(presigner: Presigner, bucket: str, prefix: str, fetch: Fetch, most: int = MOST) -> Listed:
    """Return the bucket's objects under ``prefix``, page after page, ``most`` at the most.

    Raises RefusedError with the store's answer, UnreachableError, and what signing raises.
    """
    objects: list[Object] = []
    token = None
    # Keys may hold what XML can not, so the store is asked to percent-encode them.
    query = {"encoding-type": "url"}
    while True:
        url = presigner.list(bucket, prefix=prefix or None, continuation_token=token, query=query)
        status, answer = fetch(url)
        try:
            found, following = _page_of(answer) if status == 200 else ([], None)
        except ValueError:
            raise RefusedError(url, status, answer) from None
        if status != 200:
            raise RefusedError(url, status, answer)
        objects += found
        if not following or following == token or len(objects) > most:
            return Listed(objects[:most], bool(following) or len(objects) > most)
        token = following


def delete(presigner: Presigner, bucket: str, key: str, fetch: Fetch) -> None:
    """Delete an object. Raises as :func:`listed` does."""
    url = presigner.delete(bucket, key)
    status, answer = fetch(url)
    if status not in (200, 204):
        raise RefusedError(url, status, answer)


def fetch(url: PresignedURL) -> tuple[int, bytes]:
    """Send the request that a URL is good for; return status and body. No proxy, no redirect is followed."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    scheme, _, rest = url.partition("://")
    host, _, target = rest.partition("/")
    connection = (HTTPSConnection if scheme == "https" else HTTPConnection)(host, timeout=_TIMEOUT)
    try:
        connection.request(url.method, f"/{target}", headers=url.headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_LONGEST)
    except (OSError, HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UnreachableError(f"the store at {host} can not be reached: {why}") from None
    finally:
        connection.close()


def _page_of(xml: bytes) -> tuple[list[Object], str | None]:
    """Return the objects of one page, and the token of the next. Raises ValueError."""
    from urllib.parse import unquote_plus
    from xml.parsers.expat import ExpatError, ParserCreate

    paths: list[str] = []
    texts: list[tuple[str, str]] = []
    parts: list[str] = []

    def opened(name: str, _: object) -> None:
        paths.append(name.rpartition(":")[2])
        parts.clear()

    def closed(_: str) -> None:
        texts.append(("/".join(paths), "".join(parts)))
        paths.pop()
        parts.clear()

    def refused(*_: object) -> None:
        raise ValueError("declares a document type")

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = parts.append, refused
    try:
        parser.Parse(xml, True)
    except ExpatError:
        raise ValueError("is no XML") from None
    root = "ListBucketResult/"
    once = dict(texts)
    if root[:-1] not in once:
        raise ValueError("is no list of objects")
    plain = unquote_plus if once.get(f"{root}EncodingType") == "url" else str
    keys = [plain(text) for path, text in texts if path == f"{root}Contents/Key"]
    sizes = [int(text) for path, text in texts if path == f"{root}Contents/Size"]
    objects = [Object(key, size) for key, size in zip(keys, sizes, strict=True)]
    return objects, once.get(f"{root}NextContinuationToken")


# ---- Samples


def write_samples(folder: Path) -> None:
    """Write a text, a picture and a document into an empty folder."""
    (folder / "notes").mkdir()
    for name, content in (
        ("hello.txt", b"You hold a signed link, so the store let you read this.\n"),
        ("notes/caf\u00e9 & <b>.txt", b"Any name works: links are encoded, and text is escaped.\n"),
        ("picture.png", _picture(320, 200)),
        (
            "report.pdf",
            _document("A private report", "Whoever holds a signed link reads it, until the link ends."),
        ),
    ):
        (folder / name).write_bytes(content)


def _picture(width: int, height: int) -> bytes:
    """Return a PNG, a sunset. Source: W3C, "Portable Network Graphics (PNG) Specification"."""
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    def pixel(x: int, y: int) -> bytes:
        if (x - width // 2) ** 2 + (y - height // 2) ** 2 < (height // 4) ** 2 and y < height * 2 // 3:
            return b"\xff\xd9\x8a"
        depth = y * 255 // height
        return bytes((40 + depth * 200 // 255, 40 + depth // 3, 110 - depth // 4))

    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _document(title: str, line: str) -> bytes:
    """Return a PDF of one page. Source: ISO 32000-1, section 7.5, "File structure"."""
    text = f"BT /F 24 Tf 56 720 Td ({title}) Tj /F 12 Tf 0 -32 Td ({line}) Tj ET"
    bodies = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(f"{len(out):010} 00000 n \n")
        out += f"{number} 0 obj{body}endobj\n"
    table = f"xref\n0 6\n0000000000 65535 f \n{''.join(places)}trailer<</Size 6/Root 1 0 R>>\n"
    return f"{out}{table}startxref\n{len(out)}\n%%EOF\n".encode()
