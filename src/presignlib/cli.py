"""The command line: ``presignlib get s3://bucket/key`` prints a URL, and nothing else, on stdout."""

from __future__ import annotations

import sys

from . import (
    CredentialsError,
    InvalidInputError,
    NoRegionError,
    Presigner,
    PresignError,
    __version__,
)
from ._cli_diagnose import add_commands
from .demo import add_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from . import PresignedURL

_OK, _USAGE, _CREDENTIALS = 0, 2, 3
_COMMANDS = {
    "get": "a URL that downloads an object",
    "head": "a URL that asks for an object's headers",
    "put": "a URL that uploads an object",
    "delete": "a URL that deletes an object",
    "list": "a URL that lists a bucket, or s3://bucket/prefix",
}
_EXAMPLES = """examples:
  presignlib get s3://reports/2026/q3.pdf
  presignlib get s3://reports/2026/q3.pdf --expires-in "10 minutes"
  presignlib put s3://inbox/photo.jpg --content-type image/jpeg -o curl
  presignlib get s3://files/a.txt --endpoint-url http://localhost:9000 --region us-east-1
  curl -si "$URL" | presignlib diagnose "$URL" -
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 2 for bad input, 3 for credentials or region, 4 for a refused URL."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "credentials":
            return _credentials(options)
        if hasattr(options, "run"):
            return int(options.run(options))
        url = _url(options)
    except (CredentialsError, NoRegionError) as error:
        return _failed(error, _CREDENTIALS)
    except PresignError as error:
        return _failed(error, _USAGE)
    print(_written(url, options.output))
    print(_until(url), file=sys.stderr)
    return _OK


def _parser() -> ArgumentParser:
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    parser = ArgumentParser(
        prog="presignlib",
        description="Make AWS SigV4 presigned URLs.",
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"presignlib {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, what in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=f"Print {what}.")
        command.add_argument("target", metavar="s3://bucket/key")
        command.add_argument(
            "--expires-in",
            "--expires",
            "--expire",
            default="5m" if name in ("delete", "list") else "15m",
            metavar="DURATION",
            help="how long the URL lives: 900, 15m, '10 minutes', 7d at most; bare digits are seconds",
        )
        command.add_argument(
            "--region", help="the bucket's region; else AWS_REGION, AWS_DEFAULT_REGION, the profile's"
        )
        command.add_argument("--profile", help="the profile in the shared files; else AWS_PROFILE")
        command.add_argument("--endpoint-url", metavar="URL", help="the store, where it is not AWS")
        command.add_argument("--addressing-style", default="auto", choices=("auto", "virtual", "path"))
        command.add_argument(
            "-o", "--output", default="url", choices=("url", "json", "curl", "fetch", "httpie", "python")
        )
        if name == "get":
            command.add_argument("--download-as", metavar="NAME", help="the file name that a browser saves")
            command.add_argument("--version-id", metavar="ID")
        if name == "put":
            command.add_argument("--content-type", metavar="TYPE", help="the one type that may be sent")
            command.add_argument(
                "--content-length", metavar="BYTES", type=int, help="the one size that may be sent"
            )
            command.add_argument("--no-overwrite", action="store_true", help="refuse where the object exists")
    what = "which provider has credentials, and why the others have none"
    told = f"Print {what}. Nothing secret is shown."
    command = commands.add_parser("credentials", help=what, description=told)
    command.add_argument("--profile", help="the profile in the shared files; else AWS_PROFILE")
    add_commands(commands)
    add_command(commands)
    return parser


def _credentials(options: Namespace) -> int:
    """Print who would sign; return 0, or 3 where nobody would."""
    from datetime import timezone

    from .providers import ProfileProvider, default_chain

    region = ProfileProvider(options.profile).region()
    found = default_chain(profile=options.profile).find()
    ends = found.credentials.expires_at and found.credentials.expires_at.astimezone(timezone.utc)
    lines = {
        "provider": found.provider,
        "access key id": found.credentials.access_key_id,
        "expires": f"{ends:%Y-%m-%d %H:%M:%S} UTC" if ends else _endless(found.credentials.session_token),
        "region": region or "none found; give region=, or set AWS_REGION",
    }
    for name, text in lines.items():
        print(f"{name + ':':15}{text}")
    for refusal in found.refusals:
        print(f"asked before:  {refusal}")
    return _OK


def _endless(token: str | None) -> str:
    return "never" if token is None else "not known: they have a session token, and nothing says when it ends"


def _url(options: Namespace) -> PresignedURL:
    bucket, key = _target(options.target)
    presigner = Presigner(
        expires=_duration(options.expires_in),
        region=options.region,
        profile=options.profile,
        endpoint_url=options.endpoint_url,
        addressing_style=options.addressing_style,
    )
    if not key and options.command != "list":
        raise InvalidInputError("target", "s3://bucket/key")
    if options.command == "list":
        return presigner.list(bucket, prefix=key or None)
    if options.command == "get":
        return presigner.get(bucket, key, download_as=options.download_as, version_id=options.version_id)
    if options.command == "put":
        return presigner.put(
            bucket,
            key,
            content_type=options.content_type,
            content_length=options.content_length,
            overwrite=not options.no_overwrite,
        )
    return presigner.head(bucket, key) if options.command == "head" else presigner.delete(bucket, key)


def _duration(text: str) -> int | str:
    """Return bare digits as seconds; the rest is a duration in words."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _target(text: str) -> tuple[str, str]:
    """Return bucket and key of ``s3://bucket/key``; the key is taken as it is."""
    scheme, mark, rest = text.partition("://")
    if scheme != "s3" or not mark:
        raise InvalidInputError("target", "s3://bucket/key")
    bucket, _, key = rest.partition("/")
    return bucket, key


def _written(url: PresignedURL, output: str) -> str:
    if output == "json":
        from json import dumps

        return dumps(url.to_dict())
    texts = {"curl": url.as_curl, "fetch": url.as_fetch, "httpie": url.as_httpie, "python": url.as_requests}
    return texts[output]() if output in texts else str(url)


def _until(url: PresignedURL) -> str:
    ends = f"valid until {url.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return {
        "request": ends,
        "credentials": f"{ends}, limited by credentials",
        "unknown": f"{ends} at the latest: when the session token ends is not known",
    }[url.limited_by]


def _failed(error: PresignError, code: int) -> int:
    print(f"presignlib: {error}", file=sys.stderr)
    return code
