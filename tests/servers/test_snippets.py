"""The ready-made calls, run by the real clients, from the text that a person would paste."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.absent import not_run

from .conftest import not_here, presigner_for
from .exchange import follow
from .install import UnavailableError, installed

if TYPE_CHECKING:
    from pathlib import Path

    from presignlib import PresignedURL, Presigner

    from .stores import Store

BODY = b"sent by a client \x00\xff\n"
KEYS = {
    "plain": "snippets/file.txt",
    "shell": 'snippets/it\'s $HOME `x` "quoted" \\ !',
    "javascript": "snippets/</script>\u2028",
    "dots": "snippets/../file",
    "brackets": "snippets/[1-3]{a,b}",
}
# Fetch and requests take dot segments out before they send; curl is told not to.
RESOLVED_BY_NONE = [key for key in KEYS if key != "dots"]


def key_for(name: str) -> str:
    """Return a key whose first segment is no other's, as in test_keys."""
    return f"{name}-{KEYS[name]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the FILE that the snippets send."""
    (tmp_path / "FILE").write_bytes(BODY)
    return tmp_path


def need(program: str) -> str:
    """Return the path of a program; without it the test says what was not run."""
    path = shutil.which(program)
    if path is None:
        not_run(f"no snippet was run: there is no {program} on this machine")
    return path


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60, check=False)


# ---- curl


@pytest.mark.parametrize("name", RESOLVED_BY_NONE)
def test_curl_uploads_and_downloads(store: Store, presigner: Presigner, folder: Path, name: str) -> None:
    need("curl")
    key = key_for(name)
    sent = run(["sh", "-c", presigner.put(store.bucket, key).as_curl()], folder)
    got = run(["sh", "-c", presigner.get(store.bucket, key).as_curl()], folder)
    assert (0, 0, BODY) == (sent.returncode, got.returncode, got.stdout)


@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
def test_curl_keeps_dot_segments(swift: Store, folder: Path) -> None:
    need("curl")
    presigner, key = presigner_for(swift), key_for("dots")
    sent = run(["sh", "-c", presigner.put(swift.bucket, key).as_curl()], folder)
    got = run(["sh", "-c", presigner.get(swift.bucket, key).as_curl()], folder)
    assert (0, 0, BODY) == (sent.returncode, got.returncode, got.stdout)


def test_curl_sends_the_signed_headers(store: Store, presigner: Presigner, folder: Path) -> None:
    need("curl")
    url = presigner.put(store.bucket, "snippets/curl", content_type="text/x-curl", metadata={"by": "o'neil"})
    sent = run(["sh", "-c", url.as_curl()], folder)
    headers = follow(presigner.head(store.bucket, "snippets/curl")).headers
    assert (0, "text/x-curl", "o'neil") == (
        sent.returncode,
        headers["content-type"],
        headers["x-amz-meta-by"],
    )


def test_curl_adds_no_content_type_of_its_own(store: Store, presigner: Presigner, folder: Path) -> None:
    need("curl")
    run(["sh", "-c", presigner.put(store.bucket, "snippets/untyped").as_curl()], folder)
    sent = follow(presigner.head(store.bucket, "snippets/untyped")).headers["content-type"]
    assert "binary/octet-stream" == sent


def test_curl_heads_and_deletes(store: Store, presigner: Presigner, folder: Path) -> None:
    need("curl")
    target = (store.bucket, "snippets/deleted by curl")
    follow(presigner.put(*target), BODY)
    seen = run(["sh", "-c", presigner.head(*target).as_curl()], folder)
    deleted = run(["sh", "-c", presigner.delete(*target).as_curl()], folder)
    assert (0, 0, 404) == (seen.returncode, deleted.returncode, follow(presigner.get(*target)).status)


def test_curl_fails_where_the_server_refuses(store: Store, presigner: Presigner, folder: Path) -> None:
    need("curl")
    command = presigner.get(store.bucket, "snippets/file.txt").as_curl()
    refused = run(["sh", "-c", command[:-3] + "00'"], folder)
    assert 22 == refused.returncode


# ---- fetch


def fetched(folder: Path, *urls: PresignedURL) -> bytes:
    """Return status and body of each, as node prints them after running ``as_fetch()``."""
    steps = [
        f"answer = {url.as_fetch()};\n"
        "process.stdout.write(`${answer.status} `);\n"
        "process.stdout.write(new Uint8Array(await answer.arrayBuffer()));\n"
        for url in urls
    ]
    script = folder / "snippet.mjs"
    script.write_text(
        "import { readFileSync } from 'node:fs';\n"
        "const file = new Blob([readFileSync('FILE')]);\n"
        "let answer;\n" + "".join(steps)
    )
    done = run([need("node"), str(script)], folder)
    assert b"" == done.stderr
    return done.stdout


@pytest.mark.parametrize("name", RESOLVED_BY_NONE)
def test_fetch_uploads_and_downloads(store: Store, presigner: Presigner, folder: Path, name: str) -> None:
    target = (store.bucket, key_for(name))
    assert b"200 200 " + BODY == fetched(folder, presigner.put(*target), presigner.get(*target))


def test_fetch_sends_the_signed_headers(store: Store, presigner: Presigner, folder: Path) -> None:
    url = presigner.put(
        store.bucket,
        "snippets/fetch",
        content_type="text/x-fetch",
        content_length=len(BODY),
        metadata={"by": 'a "b" </script>'},
    )
    assert b"200 " == fetched(folder, url)
    headers = follow(presigner.head(store.bucket, "snippets/fetch")).headers
    assert ("text/x-fetch", 'a "b" </script>') == (headers["content-type"], headers["x-amz-meta-by"])


# ---- requests


def requested(folder: Path, *urls: PresignedURL) -> bytes:
    """Return status and body of each, as Python's requests, which Swift brings along, gets them."""
    try:
        python = installed("swift")
    except UnavailableError as error:
        not_here(error, "the requests that Swift brings along")
    steps = [
        f"answer = {url.as_requests()}\n"
        "sys.stdout.buffer.write(b'%d ' % answer.status_code + answer.content)\n"
        for url in urls
    ]
    done = run([str(python), "-c", "import requests, sys\n" + "".join(steps)], folder)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", RESOLVED_BY_NONE)
def test_requests_uploads_and_downloads(store: Store, presigner: Presigner, folder: Path, name: str) -> None:
    target = (store.bucket, key_for(name))
    assert b"200 200 " + BODY == requested(folder, presigner.put(*target), presigner.get(*target))


def test_requests_sends_the_signed_headers(store: Store, presigner: Presigner, folder: Path) -> None:
    url = presigner.put(
        store.bucket, "snippets/requests", content_type="text/x-py", metadata={"by": "o'neil"}
    )
    assert b"200 " == requested(folder, url)
    headers = follow(presigner.head(store.bucket, "snippets/requests")).headers
    assert ("text/x-py", "o'neil") == (headers["content-type"], headers["x-amz-meta-by"])
