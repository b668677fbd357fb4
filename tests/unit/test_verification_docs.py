"""The pages about verifying and explaining do what they say."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from wsgiref.simple_server import WSGIServer

import pytest

from presignlib import Credentials, PresignedURL, presign, presign_get, presign_put

DOCS = Path(__file__).parents[2] / "docs"
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [block.partition("```")[0] for block in text.split(f"```{language}\n")[1:]]


def test_the_page_shows_what_the_library_prints() -> None:
    page = "explanation/how-a-presigned-url-works.md"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(blocks(page, "python")[0], {})
    assert printed.getvalue() == "".join(blocks(page, "text"))


def test_the_middleware_has_twenty_lines() -> None:
    lines = blocks("how-to/verify-in-middleware.md", "python")[0].splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 20


@pytest.fixture
def server() -> Any:
    """Run the page's middleware, before an app that shows what was verified, on loopback."""
    names: dict[str, Any] = {}
    for block in blocks("how-to/verify-in-middleware.md", "python"):
        exec(block, names)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(environ["presigned"].key).encode()]

    raw: Any = names["Raw"]

    class Quiet(raw):  # type: ignore[misc]
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with WSGIServer(("127.0.0.1", 0), Quiet) as made:
        host = f"127.0.0.1:{made.server_port}"
        made.set_app(names["Presigned"](app, {KEY.access_key_id: KEY}, host))
        thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://{host}"
        finally:
            made.shutdown()
            thread.join()


def asked(url: str, method: str = "GET", headers: Any = None, body: bytes | None = None) -> tuple[int, str]:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(url, body, headers or {}, method=method), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def signed(server: str, **options: Any) -> PresignedURL:
    return presign_get(
        "bucket", "a/ü +%2F.txt", **{"endpoint_url": server, "region": "r", "credentials": KEY, **options}
    )


def test_the_middleware_lets_genuine_requests_through(server: str) -> None:
    assert (200, "a/ü +%2F.txt") == asked(str(signed(server)))
    upload = presign_put(
        "bucket", "k", endpoint_url=server, region="r", credentials=KEY, content_type="text/plain"
    )
    assert (200, "k") == asked(str(upload), "PUT", upload.headers)


def test_the_middleware_sees_a_signed_length(server: str) -> None:
    upload = presign_put("bucket", "k", endpoint_url=server, region="r", credentials=KEY, content_length=2)
    assert (200, "k") == asked(str(upload), "PUT", upload.headers, b"hi")
    assert 403 == asked(str(upload), "PUT", {"content-length": "3"}, b"hi!")[0]


def test_the_middleware_takes_sigv4a_too(server: str) -> None:
    where: dict[str, Any] = {"service": "s3", "algorithm": "sigv4a", "region_set": "*", "credentials": KEY}
    url = presign("GET", f"{server}/bucket/k", expires="15m", **where)
    assert (200, "k") == asked(str(url))
    assert 403 == asked(str(url).replace("Region-Set=%2A", "Region-Set=us-%2A"))[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url + "0", "signature"),
        (lambda url: url.replace(".txt", ".pdf"), "signature"),
        (lambda url: url.partition("?")[0], "X-Amz-Algorithm"),
        (lambda url: url.replace("127.0.0.1", "localhost"), "host"),
    ],
)
def test_the_middleware_refuses_all_others(server: str, change: Any, said: str) -> None:
    status, text = asked(change(str(signed(server))))
    assert (403, True) == (status, said in text)


def test_the_middleware_bounds_the_life_of_a_url(server: str) -> None:
    assert (403, "X-Amz-Expires must be 1 to 3600 seconds\n") == asked(str(signed(server, expires="2h")))
