"""The command line against the stores: what it prints is pasted into a shell, and works."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import presignlib

from .conftest import not_here
from .exchange import follow, send
from .install import UnavailableError, installed
from .test_snippets import BODY, need, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from presignlib import Presigner

    from .stores import Store

    Shell = Callable[..., bytes]

SOURCE = Path(str(presignlib.__file__)).parents[1]
KEY = "cli/it's $HOME `x` ü [1-3]{a,b}.txt"  # each character means something to some shell


@pytest.fixture
def shell(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a function that runs lines of bash, where ``presignlib`` signs for the store."""
    need("bash")
    for name in [name for name in os.environ if name.startswith(("AWS_", "PRESIGN_"))]:
        monkeypatch.delenv(name)
    ours = {
        "AWS_ACCESS_KEY_ID": store.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": store.keys.secret_access_key,
        "AWS_REGION": store.region,
        "AWS_ENDPOINT_URL_S3": store.endpoint_url,
        "BUCKET": store.bucket,
        "KEY": KEY,
        "PYTHONPATH": str(SOURCE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "FILE").write_bytes(BODY)
    command = f'presignlib() {{ {shlex.quote(sys.executable)} -m presignlib "$@"; }}; set -eo pipefail; '

    def typed(line: str, code: int = 0) -> bytes:
        done = run(["bash", "-c", command + line], tmp_path)
        assert (code, line) == (done.returncode, line), done.stderr
        return done.stdout

    return typed


def test_curl_uploads_and_downloads(shell: Shell) -> None:
    need("curl")
    shell('presignlib put "s3://$BUCKET/$KEY" -o curl | sh')
    assert BODY == shell('presignlib get "s3://$BUCKET/$KEY" -o curl | sh')
    shell('presignlib head "s3://$BUCKET/$KEY" -o curl | sh')
    assert BODY == shell('curl -fsS --path-as-is --globoff "$(presignlib get "s3://$BUCKET/$KEY")"')


def test_curl_keeps_to_what_was_bounded(shell: Shell, store: Store, presigner: Presigner) -> None:
    need("curl")
    shell(
        """presignlib put "s3://$BUCKET/cli/a" --content-type text/x-a --metadata "by=o'neil" -o curl | sh"""
    )
    headers = follow(presigner.head(store.bucket, "cli/a")).headers
    assert ("text/x-a", "o'neil") == (headers["content-type"], headers["x-amz-meta-by"])
    shell('presignlib put "s3://$BUCKET/cli/a" --content-length 5 -o curl | sh', 22)


def test_curl_deletes_and_lists(shell: Shell) -> None:
    need("curl")
    shell('presignlib put "s3://$BUCKET/cli/listed" -o curl | sh')
    listing = 'presignlib list "s3://$BUCKET/cli/li" -o curl | sh'
    assert b"<Key>cli/listed</Key>" in shell(listing)
    shell('presignlib delete "s3://$BUCKET/cli/listed" -o curl | sh')
    assert b"<Key>" not in shell(listing)


def test_fetch_uploads_and_downloads(shell: Shell) -> None:
    need("node")
    file = "const file = new Blob([require('node:fs').readFileSync('FILE')]);"
    write = "process.stdout.write(new Uint8Array(await answer.arrayBuffer()));"
    script = f"""{{
        echo "(async () => {{ {file} let answer ="
        presignlib put "s3://$BUCKET/$KEY" -o fetch
        echo "; answer ="
        presignlib get "s3://$BUCKET/$KEY" -o fetch
        echo "; {write} }})()"
    }} > run.js; node run.js"""
    assert BODY == shell(script)


def test_python_uploads_and_downloads(shell: Shell) -> None:
    try:
        python = shlex.quote(str(installed("swift")))  # which brings requests along
    except UnavailableError as error:
        not_here(error, "the requests that Swift brings along")
    calls = "; ".join(
        f'printf "answer = "; presignlib {name} "s3://$BUCKET/$KEY" -o python' for name in ("put", "get")
    )
    write = "sys.stdout.buffer.write(answer.content)"
    assert BODY == shell(f'{{ echo "import requests, sys"; {calls}; echo "{write}"; }} | {python} -')


def test_json_has_what_another_program_needs(shell: Shell) -> None:
    contract = json.loads(shell('presignlib put "s3://$BUCKET/$KEY" --content-type text/x-b -o json'))
    assert 200 == send(contract["method"], contract["url"], headers=contract["headers"], body=BODY).status


def test_a_form_uploads_where_the_store_takes_forms(shell: Shell, store: Store) -> None:
    need("curl")
    words = '--key-prefix cli/form/ --max-size 1KB --content-type "*/*"'
    takes_forms = store.name != "swift"
    shell(f'presignlib post "s3://$BUCKET" {words} -o curl | sh', 0 if takes_forms else 22)
    if takes_forms:
        assert BODY == shell('presignlib get "s3://$BUCKET/cli/form/FILE" -o curl | sh')


def test_an_upload_in_parts_is_put_together_from_its_steps(shell: Shell) -> None:
    need("curl")
    steps = """
        url=s3://$BUCKET/cli/parts
        curl() { command curl -fsS "$@"; }
        id=$(presignlib multipart create $url -o curl | sh | presignlib multipart parse-id $url)
        etag=$(curl -D - -o answer -T FILE "$(presignlib multipart part $url --upload-id "$id" --number 1)" \
            | tr -d '\\r' | sed -n 's/^etag: //Ip')
        curl "$(presignlib multipart list-parts $url --upload-id "$id")" | grep -q '<PartNumber>1<'
        presignlib multipart body $url --part "1=$etag" > body
        url_of_end=$(presignlib multipart complete $url --upload-id "$id")
        curl -X POST -H content-type: --data-binary @body "$url_of_end"
        presignlib get $url -o curl | sh > got
        id=$(curl -X POST "$(presignlib multipart create $url)" | presignlib multipart parse-id $url)
        curl -X DELETE "$(presignlib multipart abort $url --upload-id "$id")"
        cat got
    """
    assert shell(steps).endswith(BODY)


def test_the_page_on_large_uploads_uploads_in_parts(shell: Shell, tmp_path: Path) -> None:
    need("curl")
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "large-uploads.md").read_text("utf-8")
    script = page.partition("```text\n")[2].partition("```")[0]
    body = bytes(range(256)) * 20_480 + BODY  # 5 MiB, which a part has at least, and a bit
    (tmp_path / "film.mp4").write_bytes(body)
    shell(script.replace("s3://inbox/film.mp4", "s3://$BUCKET/cli/film.mp4").replace("100M", "5M"))
    assert ["part-aa", "part-ab"] == sorted(path.name for path in tmp_path.glob("part-*"))
    assert body == shell("presignlib get s3://$BUCKET/cli/film.mp4 -o curl | sh")


def test_each_key_of_many_gets_its_url(shell: Shell) -> None:
    need("curl")
    keys = "printf '%s\\0' 'a b' 'c\nd' 'ü'"
    shell(f'{keys} | presignlib put "s3://$BUCKET/cli/many/" - -0 -o curl | sh')
    got = shell(f'{keys} | presignlib get "s3://$BUCKET/cli/many/" - -0 | xargs -n 1 curl -fsS')
    assert BODY * 3 == got


def test_what_was_refused_is_diagnosed(shell: Shell) -> None:
    need("curl")
    line = 'url=$(presignlib get "s3://$BUCKET/cli/none"); curl -si "$url" | presignlib diagnose "$url" -'
    assert b"no_such_key: " in shell(line, 4)
