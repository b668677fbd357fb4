"""The demo, started as the command line starts it, on free ports of loopback."""

from __future__ import annotations

import http.client
import json
import re
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from presignlib import cli
from presignlib.demo import started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from presignlib.demo._site import Site


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Demo:
    """A running page, and what a browser or a stranger would send to it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.port = site.settings.port
        self.address = f"http://127.0.0.1:{self.port}/"

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request, to the page or to where ``url`` leads; an underscore stands for a hyphen."""
        parts = urlsplit(url if "://" in url else f"http://127.0.0.1:{self.port}{url}")
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body, names)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def ask(self, path: str, **what: Any) -> Any:
        """Ask an endpoint as the page's own script does."""
        answer = self.send(
            "POST",
            path,
            json.dumps(what).encode(),
            Origin=self.address.rstrip("/"),
            X_Demo_Token=self.site.token,
        )
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def links(self, name: str, target: str = "/") -> tuple[str, str]:
        """Return the unsigned and the signed URL that the page has for an object."""
        html = self.send("GET", target).body.decode()
        path = re.escape(quote(name, safe="/-._~"))
        found = re.findall(rf'href="(http[^"]*/{path}(?:\?[^"]*)?)"', html)
        assert len(found) == 2, html
        return found[0], found[1].replace("&amp;", "&")

    def put(self, name: str, body: bytes, kind: str = "text/plain", *, replace: bool = False) -> Answer:
        """Upload as the script does."""
        to = self.ask("/sign", do="put", key=name, type=kind, size=len(body), replace=replace)
        return self.send("PUT", to["url"], body, **to["headers"])


@contextmanager
def demo(*arguments: str, **changed: Any) -> Iterator[Demo]:
    """Run the demo with these words of the command line; ``changed`` are settings it has no words for."""
    options = cli._parser().parse_args(["demo", "--port", "0", *arguments])
    with ExitStack() as stack:
        server, site = started(options, stack)
        site.settings = site.settings._replace(**changed)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(server.shutdown)
        yield Demo(site)
