"""``presignlib demo``: a page that shows a private bucket, each object with an unsigned and a signed URL.

Without a bucket it runs over a store of its own on loopback. For trying out and for
showing; it is no file server.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from contextlib import ExitStack
    from typing import Any

    from .. import Presigner
    from ._server import Server
    from ._site import Site

__all__ = ["add_command", "run"]

_WHAT = "a page that shows a private bucket: an unsigned URL, and a signed one that lives a minute"
_EXAMPLES = """examples:
  presignlib demo                                    sample files, no account
  presignlib demo ~/Pictures                         a folder of yours
  presignlib demo --bucket reports --region eu-west-1
  presignlib demo --bucket files --endpoint-url http://localhost:9000 --region us-east-1
  presignlib demo --bucket reports --region eu-west-1 --host 0.0.0.0 --allow-remote
"""


def add_command(commands: Any) -> None:
    """Add ``demo`` to argparse's sub-parsers; ``options.run`` is the function to call."""
    from argparse import RawDescriptionHelpFormatter

    command = commands.add_parser(
        "demo",
        help=_WHAT,
        description=f"Serve {_WHAT}.",
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("folder", nargs="?", metavar="FOLDER", help="whose files are shown; samples where none is given")
    add("--bucket", metavar="NAME", help="a bucket of S3 or another store, in place of a folder")
    add("--prefix", default="", help="show and take only what begins with it")
    add("--region", help="the bucket's region; else AWS_REGION, AWS_DEFAULT_REGION, the profile's")
    add("--profile", help="the profile in the shared files; else AWS_PROFILE")
    add("--endpoint-url", metavar="URL", help="the store, where it is not AWS")
    add(
        "--expires-in",
        "--expires",
        "--expire",
        default="60",
        metavar="DURATION",
        help="1 minute; from 1 s on",
    )
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen; 127.0.0.1")
    add("--port", default=8000, type=int, help="8000; 0 takes a free one")
    add("--allow-remote", action="store_true", help="let --host be reached by others, who can then read")
    add("--allowed-host", action="append", default=[], metavar="NAME", help="a name of the page; may repeat")
    add("--allow-changes", action="store_true", help="let those others upload and delete, too")
    add("--no-delete", action="store_true", help="never delete")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Serve until Ctrl-C; return 0.

    Raises InvalidInputError for options that do not go together, a port that is taken
    and a folder that is not there, NoRegionError and CredentialsError.
    """
    import signal
    import threading
    from contextlib import ExitStack

    if threading.current_thread() is threading.main_thread():
        # What ends services, and a terminal that is closed, end it as Ctrl-C does; nohup keeps it.
        for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            server, site = started(options, stack)
            sys.stderr.write(_greeting(site))
            sys.stderr.flush()
            server.serve_forever(0.1)
    except KeyboardInterrupt:
        pass
    return 0


def started(options: Namespace, stack: ExitStack) -> tuple[Server, Site]:
    """Return the server, which listens already, and its site; ``stack`` closes what was opened."""
    from ._server import listening
    from ._site import Settings, Site, without_port

    is_local = _checked(options)
    server = stack.enter_context(listening(options.host, options.port))
    port = server.server_address[1]
    if options.bucket is None:
        presigner, bucket, place = _own_store(options, stack, port)
    else:
        presigner, bucket, place = _presigner(options), options.bucket, "Signed with your credentials."
    settings = Settings(
        presigner,
        bucket,
        options.prefix,
        _seconds(presigner, bucket, options.expires_in),
        host=options.host,
        port=port,
        names=frozenset(without_port(name.lower()) for name in options.allowed_host),
        is_remote=not is_local,
        # Who says a name has a proxy or a tunnel in front, and so readers elsewhere.
        changes=(is_local and not options.allowed_host) or options.allow_changes,
        deletes=not options.no_delete,
        place=place,
    )
    server.site = Site(settings)
    return server, server.site


def _checked(options: Namespace) -> bool:
    """Return whether the page is for this machine alone. Raises InvalidInputError."""
    from ipaddress import ip_address

    from .. import InvalidInputError

    try:
        is_local = options.host == "localhost" or ip_address(options.host).is_loopback
    except ValueError:
        is_local = False
    if not 0 <= options.port <= 65_535:
        raise InvalidInputError("--port", "0 to 65535", str(options.port))
    if options.bucket is not None and options.folder is not None:
        raise InvalidInputError("FOLDER", "left out with --bucket: one of the two is shown")
    if options.bucket is None and (options.region or options.profile or options.endpoint_url):
        raise InvalidInputError("--bucket", "given with --region, --profile and --endpoint-url")
    if not is_local and not options.allow_remote:
        rule = "an address of loopback, unless --allow-remote says that others may reach the page"
        raise InvalidInputError("--host", rule, options.host)
    if not is_local and options.bucket is None:
        rule = "an address of loopback without --bucket, as the store of files is for this machine alone"
        raise InvalidInputError("--host", rule, options.host)
    return is_local


def _own_store(options: Namespace, stack: ExitStack, port: int) -> tuple[Presigner, str, str]:
    """Start the store over a folder, which may be called from the page; return what signs for it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from .. import InvalidInputError
    from ..testing import Store
    from ._bucket import write_samples

    if options.folder is None:
        folder = Path(
            stack.enter_context(TemporaryDirectory(prefix="presignlib-demo-", ignore_cleanup_errors=True))
        )
        write_samples(folder)
        place = "Sample files in a temporary folder, gone when the demo ends."
    else:
        folder = Path(options.folder)
        if not folder.is_dir():
            raise InvalidInputError("FOLDER", "a folder that is there", repr(options.folder))
        place = f"The files of {folder.absolute()}."
    origins = [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    store = stack.enter_context(Store(folder, allowed_origins=origins))
    return store.presigner(short_credentials="ignore"), store.bucket, place


def _presigner(options: Namespace) -> Presigner:
    from .. import Presigner

    # "ignore", as the page itself shows when the credentials end; a warning would reach nobody.
    return Presigner(
        region=options.region,
        profile=options.profile,
        endpoint_url=options.endpoint_url,
        short_credentials="ignore",
    )


def _seconds(presigner: Presigner, bucket: str, text: str) -> int:
    """Return a lifetime in seconds. It signs, so that nothing is served where nothing can be signed."""
    plain = text.isascii() and text.isdigit() and len(text) < 10
    return presigner.get(bucket, "x", expires=int(text) if plain else text).expires


def _greeting(site: Site) -> str:
    """Return what the terminal says at the start; where the store refuses, this is said, too."""
    from .. import PresignError
    from ._bucket import listed
    from ._site import told

    settings = site.settings
    lines = [
        f"presignlib demo: open {settings.address}  (Ctrl-C ends it)",
        f"  bucket {settings.bucket} at {site.store}",
    ]
    if settings.is_remote:
        lines.append("  everyone who reaches this address can read" + " and change" * settings.changes)
    try:
        listed(settings.presigner, settings.bucket, settings.prefix, settings.fetch)
    except PresignError as error:
        failure = told(error)
        lines += [f"  {failure.what}: {failure.cause}", f"  {failure.fix}"]
    return "\n".join([*lines, ""])
