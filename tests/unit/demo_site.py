"""A page over a bucket that is in memory: what the tests of the demo share."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from presignlib import Presigner
from presignlib.demo._site import Request, Response, Settings, Site

from .samples import CREDENTIALS, NOW

if TYPE_CHECKING:
    from presignlib import PresignedURL

OURS = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}
PRESIGNER = Presigner(
    credentials=CREDENTIALS, region="us-east-1", endpoint_url="http://127.0.0.1:9000", now=NOW
)


def listing(*objects: tuple[str, int], token: str = "", encoded: bool = True) -> bytes:
    """Return a page of ListObjectsV2."""
    write = quote if encoded else escape
    parts = [
        f"<Contents><Key>{write(k)}</Key><Size>{s}</Size><Owner><ID>x</ID></Owner></Contents>"
        for k, s in objects
    ]
    following = f"<NextContinuationToken>{escape(token)}</NextContinuationToken>" if token else ""
    kind = "<EncodingType>url</EncodingType>" if encoded else ""
    return (
        '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>bucket</Name>{kind}{''.join(parts)}{following}</ListBucketResult>"
    ).encode()


class Bucket:
    """What the store answers, one after another, and what it was asked; the last answer repeats."""

    def __init__(self, *answers: tuple[int, bytes] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[PresignedURL] = []

    def __call__(self, url: PresignedURL) -> tuple[int, bytes]:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def queries(self, name: str) -> list[str | None]:
        """Return a parameter of each request."""
        return [parse_qs(urlsplit(url).query).get(name, [None])[0] for url in self.asked]


def site(*objects: tuple[str, int], **settings: Any) -> Site:
    """Return a page that shows these objects."""
    fetch = settings.pop("fetch", Bucket((200, listing(*objects))))
    presigner = settings.pop("presigner", PRESIGNER)
    return Site(Settings(presigner, "bucket", fetch=fetch, clock=lambda: NOW, **settings))


def get(page: Site, target: str = "/", **headers: str) -> Response:
    return page.answer(Request("GET", target, {"host": OURS["host"], **headers}))


def post(page: Site, target: str, body: bytes = b"", **headers: str) -> Response:
    return page.answer(Request("POST", target, {**OURS, **headers}, body))


class Document(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: Response) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, attribute: str, **having: str) -> list[str | None]:
        """Return an attribute of all elements of that tag."""
        return [
            found[attribute]
            for name, found in self.elements
            if name == tag and attribute in found and having.items() <= found.items()
        ]
