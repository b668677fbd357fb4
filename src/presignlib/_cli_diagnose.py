"""The commands that explain a URL: ``inspect``, ``verify``, ``diagnose``."""

from __future__ import annotations

import sys

from . import InvalidInputError, VerificationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from typing import Any

    from . import Credentials, URLInfo

COMMANDS = {
    "inspect": "what a presigned URL says, part by part; no credentials needed",
    "verify": "whether a presigned URL is genuine, by your credentials",
    "diagnose": "why a presigned URL was refused",
}
_OK, _REFUSED = 0, 4
_STDIN = "- reads standard input"


def add_commands(commands: Any) -> None:
    """Add the three commands to argparse's sub-parsers; ``options.run`` is the function to call."""
    for name, run in (("inspect", _inspect), ("verify", _verify), ("diagnose", _diagnose)):
        command = commands.add_parser(name, help=COMMANDS[name], description=f"Print {COMMANDS[name]}.")
        command.add_argument("url", metavar="URL", help=f"in quotes, as a shell cuts it at &; {_STDIN}")
        command.set_defaults(run=run)
        if name == "diagnose":
            command.add_argument(
                "response",
                nargs="?",
                metavar="RESPONSE",
                help=f"a file with the server's answer: its XML, or all of curl -i or -v; {_STDIN}",
            )
            command.add_argument("--status", type=int, help="the HTTP status, where nothing else is known")
            command.add_argument(
                "--try-credentials", action="store_true", help="sign likely variants with your credentials"
            )
        if name != "inspect":
            command.add_argument(
                "--method", default="GET" if name == "verify" else None, help="what was sent"
            )
            command.add_argument(
                "--header",
                action="append",
                metavar="'NAME: VALUE'",
                help="a header that was sent; may repeat",
            )
            command.add_argument("--profile", help="the profile whose credentials are taken")
        if name == "verify":
            _add_pins(command)
        command.add_argument("-o", "--output", default="text", choices=("text", "json"))


def _add_pins(command: ArgumentParser) -> None:
    command.add_argument("--service", default="s3", help="the service it must be signed for")
    command.add_argument("--region", help="the region it must be signed for")
    command.add_argument("--host", help="the host it must be signed for")
    command.add_argument("--max-expires", default="7d", metavar="DURATION", help="the longest life accepted")


def _inspect(options: Namespace) -> int:
    from . import inspect_url

    info = inspect_url(_url(options.url))
    _print(options.output, info.to_dict, lambda: _described(info))
    return _REFUSED if info.problems else _OK


def _verify(options: Namespace) -> int:
    from . import verify_url

    url, headers = _url(options.url), _headers(options.header)
    try:
        info = verify_url(
            url,
            _credentials(options.profile),
            service=options.service,
            region=options.region,
            host=options.host,
            method=options.method,
            headers=headers,
            max_expires=options.max_expires,
        )
    except VerificationError as error:
        refusal = error
    else:
        _print(
            options.output,
            lambda: {"verified": True, **info.to_dict()},
            lambda: f"genuine: {_one_line(info)}",
        )
        return _OK
    found = refusal.inspection
    known = found.to_dict() if found is not None else {}
    _print(
        options.output,
        lambda: {"verified": False, "reason": str(refusal), **known},
        lambda: f"refused: {refusal}",
    )
    return _REFUSED


def _diagnose(options: Namespace) -> int:
    from . import diagnose

    response = None
    if options.response is not None:
        if options.response == options.url == "-":
            raise InvalidInputError("URL and RESPONSE", "such that one of them at most is -")
        response = _bytes(options.response)
    diagnosis = diagnose(
        _url(options.url),
        response,
        status=options.status,
        method=options.method,
        sent_headers=_headers(options.header),
        credentials=_credentials(options.profile) if options.try_credentials else None,
    )
    _print(options.output, diagnosis.to_dict, lambda: str(diagnosis))
    return _OK if diagnosis.code == "ok" else _REFUSED


def _print(output: str, data: Callable[[], dict[str, Any]], text: Callable[[], str]) -> None:
    from json import dumps

    print(dumps(data()) if output == "json" else _printable(text()))


def _described(info: URLInfo) -> str:
    """Return one line a part, and one a problem."""
    shown = [(name.replace("_", " "), value) for name, value in info.to_dict().items() if name != "problems"]
    lines = [f"{name + ':':<18} {_written(value)}" for name, value in shown if value not in (None, [], False)]
    return "\n".join([*lines, *[f"{'problem:':<18} {problem}" for problem in info.problems]])


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(["=".join(item) if isinstance(item, list) else str(item) for item in value])
    return "yes" if value is True else str(value)


def _one_line(info: URLInfo) -> str:
    what = info.host if info.bucket is None else f"{info.bucket}/{info.key or ''}"
    return f"{what} by {info.access_key_id}, until {info.expires_at:%Y-%m-%d %H:%M:%S} UTC"


def _printable(text: str) -> str:
    """Return text in which nothing can steer a terminal: URLs come from strangers."""
    return "".join([c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text])


def _url(argument: str) -> str:
    return sys.stdin.read().strip() if argument == "-" else argument


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib would be an import for one call
            return file.read()
    except OSError as error:
        raise InvalidInputError("RESPONSE", "a file that can be read, or -", error.strerror) from None


def _headers(lines: list[str] | None) -> list[tuple[str, str]] | None:
    if lines is None:
        return None
    pairs = [line.partition(":") for line in lines]
    if any(not colon for _, colon, _ in pairs):
        raise InvalidInputError("--header", "of the form 'Name: value'")
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _credentials(profile: str | None) -> Credentials:
    from .providers import default_chain

    return default_chain(profile=profile).load()
