"""The commands that explain a URL: ``inspect``, ``verify``, ``diagnose``; and the one about credentials."""

from __future__ import annotations

import sys

from . import InvalidInputError, VerificationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from typing import Any

    from . import Credentials, URLInfo

_OK, _REFUSED = 0, 4
_OURS = frozenset({"command", "url", "response", "output", "profile", "try_credentials"})


def run(options: Namespace) -> int:
    """Run a command; return 0, or 4 for a URL that is refused or that something is wrong with."""
    given = {name: value for name, value in vars(options).items() if name not in _OURS}
    output, profile = getattr(options, "output", "text"), getattr(options, "profile", None)
    if options.command == "credentials":
        return _credentials(profile, output)
    if options.command == "diagnose":
        return _diagnose(options, given, profile, output)
    url = _url(options.url)
    return _verify(url, given, profile, output) if options.command == "verify" else _inspect(url, output)


def _inspect(url: str, output: str) -> int:
    from . import inspect_url

    info = inspect_url(url)
    _print(output, info.to_dict, lambda: _described(info))
    return _REFUSED if info.problems else _OK


def _verify(url: str, given: dict[str, Any], profile: str | None, output: str) -> int:
    from . import verify_url

    try:
        info = verify_url(url, _loaded(profile), **given)
    except VerificationError as error:
        reason, known = str(error), error.inspection.to_dict() if error.inspection is not None else {}
        _print(output, lambda: {"verified": False, "reason": reason, **known}, lambda: f"refused: {reason}")
        return _REFUSED
    _print(output, lambda: {"verified": True, **info.to_dict()}, lambda: f"genuine: {_one_line(info)}")
    return _OK


def _diagnose(options: Namespace, given: dict[str, Any], profile: str | None, output: str) -> int:
    from . import diagnose

    if options.response == options.url == "-":
        raise InvalidInputError("URL and RESPONSE", "such that one of them at most is -")
    response = None if options.response is None else _bytes(options.response)
    credentials = _loaded(profile) if hasattr(options, "try_credentials") else None
    diagnosis = diagnose(_url(options.url), response, credentials=credentials, **given)
    _print(output, diagnosis.to_dict, lambda: str(diagnosis))
    return _OK if diagnosis.code == "ok" else _REFUSED


def _credentials(profile: str | None, output: str) -> int:
    """Print who would sign; nothing of it is secret."""
    from datetime import timezone

    from .providers import ProfileProvider, default_chain

    region, found = ProfileProvider(profile).region(), default_chain(profile=profile).find()
    ours = found.credentials
    ends = ours.expires_at and ours.expires_at.astimezone(timezone.utc)
    data = {
        "provider": found.provider,
        "access_key_id": ours.access_key_id,
        "expires_at": ends.isoformat() if ends else None,
        "region": region,
        "asked_before": list(found.refusals),
    }
    lines = [
        ("provider", found.provider),
        ("access key id", ours.access_key_id),
        ("expires", f"{ends:%Y-%m-%d %H:%M:%S} UTC" if ends else _endless(ours.session_token)),
        ("region", region or "none found; give --region, or set AWS_REGION"),
        *[("asked before", refusal) for refusal in found.refusals],
    ]
    _print(output, lambda: data, lambda: "\n".join([f"{name + ':':15}{text}" for name, text in lines]))
    return _OK


def _endless(token: str | None) -> str:
    return "never" if token is None else "not known: they have a session token, and nothing says when it ends"


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


def _url(argument: str) -> Any:
    """Return a URL, or the mapping of a form that is given as JSON."""
    from json import loads

    text = argument
    if argument == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").strip()
    try:
        return loads(text) if text.startswith("{") else text
    except ValueError:
        raise InvalidInputError("URL", "a URL, or a form as whole JSON") from None


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib would be an import for one call
            return file.read()
    except OSError as error:
        raise InvalidInputError("RESPONSE", "a file that can be read, or -", error.strerror) from None


def _loaded(profile: str | None) -> Credentials:
    from .providers import default_chain

    return default_chain(profile=profile).load()
