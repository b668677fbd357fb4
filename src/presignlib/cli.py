"""The command line: ``presignlib get s3://bucket/key`` prints a URL, and nothing else, on stdout."""

from __future__ import annotations

import sys

from . import CredentialsError, NoRegionError, PresignError, PresignWarning, __version__
from ._cli_options import SIGNING, add_options, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from typing import Any

__all__ = ["main"]

_OK, _USAGE, _CREDENTIALS, _INTERRUPTED = 0, 2, 3, 130
_KEYS = ("keys", {"nargs": "?", "choices": ("-",), "help": "read keys, and put each behind the prefix"})
_OBJECT = ("target", {"metavar": "s3://bucket/key"})
_URL = ("url", {"metavar": "URL", "help": "in quotes, as a shell cuts it at &; - reads standard input"})
_ANSWER = "a file with the server's answer: its XML, or all of curl -i or -v; - reads standard input"
# What a command prints, what it takes besides options, and examples, which the tests run.
_COMMANDS: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "get": (
        "a URL that downloads an object",
        (_OBJECT, _KEYS),
        """
  presignlib get s3://reports/2026/q3.pdf --expires-in '10 minutes'
  presignlib get s3://reports/2026/q3.pdf --download-as 'Quarter 3.pdf' -o html
  presignlib get s3://files/a.txt --endpoint-url http://localhost:9000 --region us-east-1 -o curl
  printf '%s\\n' 01.ts 02.ts | presignlib get s3://media/hls/ - --expires-in 12h > playlist.txt""",
    ),
    "put": (
        "a URL that uploads an object",
        (_OBJECT, _KEYS),
        """
  presignlib put s3://inbox/photo.jpg --content-type image/jpeg -o curl
  presignlib put s3://inbox/report.pdf --content-length 52301 --no-overwrite -o json
  presignlib put s3://inbox/a.txt --metadata by=ana --tag team=blue --sse aws:kms""",
    ),
    "post": (
        "a form that uploads a file, as JSON unless told otherwise",
        (("target", {"metavar": "s3://bucket[/key]"}),),
        """
  presignlib post s3://inbox --key-prefix user-7/ --max-size 5MB --content-type 'image/*'
  presignlib post s3://inbox/report.pdf --max-size 20MiB --content-type application/pdf -o html
  presignlib post s3://inbox/a.txt --max-size 100 --content-type text/plain --field acl=private -o curl""",
    ),
    "head": (
        "a URL that asks for an object's headers",
        (_OBJECT, _KEYS),
        """
  presignlib head s3://reports/2026/q3.pdf -o curl""",
    ),
    "delete": (
        "a URL that deletes an object",
        (_OBJECT, _KEYS),
        """
  presignlib delete s3://reports/2026/q3.pdf --expires-in 1m -o curl
  presignlib delete s3://reports/2026/q3.pdf --version-id 3HL4kqtJvjVBH40Nrjfkd""",
    ),
    "list": (
        "a URL that lists a bucket, or what is under a prefix",
        (("target", {"metavar": "s3://bucket[/prefix]"}),),
        """
  presignlib list s3://reports
  presignlib list s3://reports/2026/ --delimiter / --max-keys 100 -o curl""",
    ),
    "multipart": (
        "the URLs of an upload in parts",
        (),
        """
  presignlib multipart create s3://inbox/film.mp4 --content-type video/mp4 -o curl
  presignlib multipart part s3://inbox/film.mp4 --upload-id VXBsb2Fk --number 1-20
  presignlib multipart complete s3://inbox/film.mp4 --upload-id VXBsb2Fk --no-overwrite -o curl""",
    ),
    "url": (
        "a URL for a request to any AWS service",
        (("verb", {"metavar": "METHOD"}), ("url", {"metavar": "URL", "help": "absolute, and in quotes"})),
        """
  presignlib url GET 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items' --service execute-api
  presignlib url GET https://sts.eu-west-1.amazonaws.com/ --service sts \\
    --query Action=GetCallerIdentity --query Version=2011-06-15 --expires-in 60""",
    ),
    "inspect": (
        "what a presigned URL says, part by part; no credentials needed",
        (_URL,),
        """
  presignlib get s3://reports/q3.pdf | presignlib inspect -
  presignlib get s3://reports/q3.pdf | presignlib inspect - -o json""",
    ),
    "verify": (
        "whether a presigned URL is genuine, by your credentials",
        (_URL,),
        """
  presignlib get s3://reports/q3.pdf | presignlib verify -
  presignlib put s3://reports/q3.pdf | presignlib verify - --method PUT --max-expires 1h""",
    ),
    "diagnose": (
        "why a presigned URL was refused",
        (_URL, ("response", {"nargs": "?", "metavar": "RESPONSE", "help": _ANSWER})),
        """
  curl -si "$URL" | presignlib diagnose "$URL" -
  presignlib get s3://reports/q3.pdf | presignlib diagnose - --try-credentials""",
    ),
    "policy": (
        "the IAM policy that a signer needs, and no more",
        (("target", {"metavar": "s3://bucket[/prefix]"}),),
        """
  presignlib policy s3://reports/2026/ --allow get,list
  presignlib policy s3://inbox --allow multipart --region cn-north-1""",
    ),
    "cors": (
        "a bucket's CORS settings for pages that send presigned requests",
        (),
        """
  presignlib cors --origin https://app.example.com --method PUT --method GET > cors.json""",
    ),
    "credentials": (
        "which provider has credentials, and why the others have none; nothing secret",
        (),
        """
  presignlib credentials""",
    ),
    "completions": (
        "what a shell evaluates to complete this command line",
        (("shell", {"choices": ("bash", "zsh", "fish")}),),
        """
  eval "$(presignlib completions bash)"
  presignlib completions fish > presignlib.fish""",
    ),
}
_STEPS = {
    "create": "the URL that begins the upload: POST",
    "parse-id": "the upload's id, from the answer's XML on standard input",
    "part": "the URL that uploads a part, or those of several: PUT; keep the ETag of each answer",
    "complete": "the URL that joins the parts: POST, with what body prints",
    "body": "the XML that complete sends; parts from --part, or lines '1 ETAG' on standard input",
    "list-parts": "the URL that lists the parts that are there: GET",
    "abort": "the URL that gives the upload up: DELETE",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 2 for bad input, 3 for credentials or region, 4 for a refused URL."""
    from warnings import catch_warnings, simplefilter

    words = _words() if arguments is None else list(arguments)
    options = _parser(words[0] if words else None).parse_args(words)
    command = getattr(options, "step", options.command)
    with catch_warnings():
        simplefilter("always", PresignWarning)
        _tell_warnings(command)
        try:
            code = _code(options, command)
            sys.stdout.flush()
        except OSError as error:
            return _broken(error)
        except KeyboardInterrupt:
            return _INTERRUPTED
    return code


def _code(options: Namespace, command: str) -> int:
    """Run a command and return its code; what is wrong is told, behind what was written so far."""
    try:
        return _run(options)
    except PresignError as error:
        sys.stdout.flush()
        is_ours = isinstance(error, (CredentialsError, NoRegionError))
        return _failed(told(command, error, options), _CREDENTIALS if is_ours else _USAGE)


def _run(options: Namespace) -> int:
    if hasattr(options, "run"):
        return int(options.run(options))
    if options.command in SIGNING:
        from ._cli_sign import run

        return run(options)
    if options.command in ("policy", "cors"):
        print(_allowed(options))
    elif options.command == "completions":
        from ._cli_complete import script

        print(script(options.shell, _parser()), end="")
    else:
        from ._cli_diagnose import run

        return run(options)
    return _OK


def _allowed(options: Namespace) -> str:
    from json import dumps

    from . import cors_rules, iam_policy

    if options.command == "cors":
        return dumps(cors_rules(options.origins, [verb.upper() for verb in options.methods]), indent=2)
    from ._cli_sign import target

    bucket, prefix = target(options.target)
    region = getattr(options, "region", None)
    return dumps(iam_policy(bucket, prefix, actions=options.actions, region=region), indent=2)


def _parser(wanted: str | None = None) -> ArgumentParser:
    """Return the parser of one command, or of all where it is none of them."""
    from argparse import ArgumentParser

    how: dict[str, Any] = {"formatter_class": _formatter, "allow_abbrev": False}
    first = [row[2].splitlines()[1] for row in _COMMANDS.values() if row[2].count("presignlib") > 1]
    parser = ArgumentParser(
        prog="presignlib",
        description="Make AWS SigV4 presigned URLs, and explain them.",
        epilog="\n".join(["examples:", *first, "", "presignlib COMMAND --help shows more."]),
        **how,
    )
    parser.add_argument("--version", action="version", version=f"presignlib {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name in (wanted,) if wanted in _COMMANDS else _COMMANDS:
        what, targets, examples = _COMMANDS[name]
        how["epilog"] = f"examples:{examples}"
        command = commands.add_parser(name, help=what, description=f"Print {what}.", **how)
        for target, settings in targets:
            command.add_argument(target, **settings)
        if name == "multipart":
            _add_steps(command, how)
        add_options(command, name)
    if wanted not in _COMMANDS:
        from .demo import add_command

        add_command(commands)
    return parser


def _add_steps(command: ArgumentParser, how: dict[str, Any]) -> None:
    steps = command.add_subparsers(dest="step", required=True, metavar="step")
    for name, what in _STEPS.items():
        step = steps.add_parser(name, help=what, description=f"Print {what}.", **how)
        step.add_argument("target", metavar="s3://bucket/key")
        add_options(step, name)


def _formatter(prog: str) -> Any:
    from argparse import RawDescriptionHelpFormatter

    return RawDescriptionHelpFormatter(prog, max_help_position=32)


def _words() -> list[str]:
    """Return the process's arguments, which are UTF-8 where the locale knows no better; write as much."""
    import os

    # What the shell has closed is None; there is nothing to read, and nobody to write to.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115  # for as long as the process lives
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    words = sys.argv[1:]
    # What Python could not decode is in lone surrogates.
    return [w if w.isascii() else os.fsencode(w).decode("utf-8", "surrogateescape") for w in words]


def _tell_warnings(command: str) -> None:
    """Let each warning be one line, once."""
    import warnings

    shown: set[str] = set()

    def tell(message: Any, *_: Any, **__: Any) -> None:
        text = told(command, message)
        if text not in shown:
            shown.add(text)
            print(f"presignlib: warning: {text}", file=sys.stderr)

    warnings.showwarning = tell


def _broken(error: OSError) -> int:
    """End where input or output can not go on: quietly, if it is only that nobody reads any more."""
    import os

    try:
        sys.stdout.flush()
    except OSError:  # what is left over must not meet it again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return _OK
    return _failed(f"reading or writing failed: {error.strerror}", _USAGE)


def _failed(text: str, code: int) -> int:
    print(f"presignlib: {text}", file=sys.stderr)
    return code
