"""The example of docs/how-to/credentials.md, run as it stands there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from .loopback import Role, metadata, serving

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "credentials.md"


def example() -> str:
    """Return the one block of code on the page that is marked as FastAPI's."""
    (code,) = [
        block.partition("```")[0]
        for block in PAGE.read_text("utf-8").split("```python\n")
        if "# fastapi" in block
    ]
    return code


def test_an_app_that_prepares_at_its_start_never_waits_in_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def visit(names: dict[str, Any]) -> list[httpx.Response]:
        app = names["app"]
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app.test")
        async with names["lifespan"](app), client:
            started = len(server.asked)
            answers = [await client.get(f"/files/2026/{number}.pdf") for number in range(20)]
            assert (3, 3) == (started, len(server.asked))
        return answers

    with serving(metadata(Role())) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        names: dict[str, Any] = {"__name__": "example"}
        exec(compile(example(), str(PAGE), "exec", dont_inherit=True), names)
        answers = asyncio.run(visit(names))
    assert {307} == {answer.status_code for answer in answers}
    location = answers[0].headers["location"]
    assert location.startswith("https://reports.s3.eu-west-1.amazonaws.com/2026/0.pdf?X-Amz-Algorithm=")
    assert "ASIALOOPBACK%2F" in location
