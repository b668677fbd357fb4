"""Completions for bash, zsh and fish, made from the parser, so that they know what it knows."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from collections.abc import Iterator

# What a shell is told: $command, the words before ($before) and here, and the list to choose from.
_BASH = """\
# eval "$(presignlib completions bash)"
_presignlib() {
  local here=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} list=
  [ "$COMP_CWORD" = 1 ] && command=
  [ "$command" = multipart ] && [ "$COMP_CWORD" -gt 2 ] && command="multipart ${COMP_WORDS[2]}"
%s
  COMPREPLY=($(compgen -W "$list" -- "$here"))
}
complete -o default -F _presignlib presignlib
"""
_ZSH = """\
#compdef presignlib
# eval "$(presignlib completions zsh)", behind compinit
_presignlib() {
  local before=${words[CURRENT-1]} command=${words[2]} list=
  [ "$CURRENT" = 2 ] && command=
  [ "$command" = multipart ] && [ "$CURRENT" -gt 3 ] && command="multipart ${words[3]}"
%s
  if [ -n "$list" ]; then compadd -- ${=list}; else _files; fi
}
if [ "${funcstack[1]}" = _presignlib ]; then _presignlib "$@"; else compdef _presignlib presignlib; fi
"""


def script(shell: str, parser: ArgumentParser) -> str:
    """Return the text that a shell evaluates to complete the command line."""
    if shell == "fish":
        return "\n".join(["# presignlib completions fish | source", *_fish(parser), ""])
    return (_BASH if shell == "bash" else _ZSH) % "\n".join(_cases(parser))


def _commands(parser: ArgumentParser, name: str = "") -> Iterator[tuple[str, ArgumentParser]]:
    """Give each command's full name with its parser, the whole one first."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for word, child in action.choices.items():
                yield from _commands(child, f"{name} {word}".strip())


def _takes_value(action: Action) -> bool:
    return bool(action.option_strings) and action.nargs != 0


def _cases(parser: ArgumentParser) -> Iterator[str]:
    """Give the lines that set ``list``; where it stays empty, files are named."""
    yield "  case $command in"
    for name, command in _commands(parser):
        yield f"    '{name}') case $before in"
        words: list[str] = []
        for action in command._actions:
            words += action.option_strings or [str(choice) for choice in action.choices or ()]
            if _takes_value(action):
                listed = " ".join(map(str, action.choices or ()))
                yield f"      {'|'.join(action.option_strings)}) list='{listed}' ;;"
        yield f"      *) list='{' '.join(words)}' ;; esac ;;"
    yield "  esac"


def _fish(parser: ArgumentParser) -> Iterator[str]:
    for name, command in _commands(parser):
        when = _fish_condition(name, [word for word, _ in _commands(parser)])
        for action in command._actions:
            words = list(map(str, action.choices or ()))
            listed = _quoted(" ".join(words))
            flags = [f"-l {f[2:]}" if f[1] == "-" else f"-s {f[1:]}" for f in action.option_strings]
            about = f" -d {_quoted(action.help or '')}"
            lines = [[*flags, f"-xa {listed}" if words else "-r" if _takes_value(action) else "", about]]
            if isinstance(action.choices, dict):
                what = action.choices.items()
                lines = [[f"-fa {word} -d {_quoted(child.description or '')}"] for word, child in what]
            elif not flags:
                lines = [[f"-fa {listed}"]] if words else []
            for line in lines:
                yield f"complete -c presignlib -n {when} {' '.join(line)}"


def _fish_condition(name: str, names: list[str]) -> str:
    if not name:
        return "__fish_use_subcommand"
    first, _, step = name.partition(" ")
    if step:
        return f"'__fish_seen_subcommand_from {first}; and __fish_seen_subcommand_from {step}'"
    steps = " ".join([other.partition(" ")[2] for other in names if other.startswith(f"{name} ")])
    return f"'__fish_seen_subcommand_from {first}" + (
        f"; and not __fish_seen_subcommand_from {steps}'" * bool(steps) or "'"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
