"""A store without a socket: requests go in as they would come from one, answers come out."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from presignlib import PresignedURL, Presigner
from presignlib.testing import Store
from presignlib.testing._answers import answer

from .samples import CREDENTIALS, NOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENDPOINT = "http://127.0.0.1:9000"


@dataclass(frozen=True)
class Said:
    """What the store said; ``left`` is what it did not read of the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    left: int

    @property
    def text(self) -> str:
        return unescape(self.body.decode())

    def each(self, name: str) -> list[str]:
        """Return the text of every element of a name."""
        return [unescape(found) for found in re.findall(f"<{name}>([^<]*)</{name}>", self.body.decode())]

    @property
    def code(self) -> str:
        return self.each("Code")[0]


class Shop:
    """A store over a folder, its Presigner, and who asks it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        given = {"credentials": CREDENTIALS, "clock": lambda: NOW, **options}
        self.store = Store(folder, **given)
        self.folder = folder
        self.sign = Presigner(
            endpoint_url=ENDPOINT, region="us-east-1", credentials=given["credentials"], now=NOW
        )

    def ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        source: Any = None,
        length: int | None = -1,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        host, _, target = url.partition("://")[2].partition("/")
        given, left = answer(
            self.store,
            method,
            "/" + target,
            {"Host": host, **(headers or {})}.items(),
            source or io.BytesIO(body),
            len(body) if length == -1 else length,
        )
        content = given.body
        if given.file is not None:
            with given.file as file:
                file.seek(given.start)
                content = file.read(given.count)
        assert (len(content) == given.count) or method == "HEAD"
        return Said(given.status, {name.lower(): text for name, text in given.headers.items()}, content, left)

    def follow(self, url: PresignedURL, body: bytes = b"", **headers: str) -> Said:
        """Send what ``url`` is good for; an underscore in a header's name stands for a hyphen."""
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.ask(url.method, url, body, headers={**url.headers, **more})

    def put(self, key: str, body: bytes = b"", **options: Any) -> Said:
        return self.follow(self.sign.put("demo", key, **options), body)

    def get(self, key: str, headers: Mapping[str, str] | None = None, **options: Any) -> Said:
        url = self.sign.get("demo", key, **options)
        return self.ask("GET", url, headers={**url.headers, **(headers or {})})

    def keys(self, **options: Any) -> list[str]:
        return self.follow(self.sign.list("demo", **options)).each("Key")
