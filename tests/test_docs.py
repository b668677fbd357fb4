"""The prose holds: its code runs, what it shows comes out, its links lead somewhere.

A page is one session. Its ``python`` blocks share one namespace: with prompts they are
compared, as doctest does, without they are run; those with a file name behind
``python`` are written to that file, for the commands that use it. The ``console``
blocks are typed into a shell, ``$`` before each command and its output below; what
one ``export`` says, the next commands see. ``...`` in an output stands for anything.
"""

from __future__ import annotations

import doctest
import inspect
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import presignlib
from presignlib import (
    Batch,
    Credentials,
    MultipartUpload,
    PresignedPost,
    PresignedURL,
    Presigner,
    cli,
    errors,
)
from presignlib.testing import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES = [*TOP, *sorted(DOCS.rglob("*.md"))]

# Blocks that are there to be read, with what keeps them true instead.
READ_ONLY = {
    "text": "layouts, and the signatures that are compared below",
    "javascript": "runs in a browser; the calls in it are made by as_fetch, which has tests of its own",
    "json": "settings of other programs",
}
# Commands that are shown and not run here, with the reason. Each has to occur.
NOT_RUN = {
    "python3 -m pip install .": "asks a package index for the build backend; the packaging tests install",
    "python3 -m venv": "only makes room for the install that is not run",
    "python3 tests/servers/try_it.py": "starts a server; tests/servers/test_try_it.py runs it",
    "./test": "is what runs this test",
    "PRESIGN_SCREENSHOTS=/tmp/page": "the same",
    "curl": "asks AWS, with the key of no account",
    "aws": "changes what is in an account, and there is none",
    "presignlib demo": "serves until Ctrl-C; tests/integration/test_demo.py starts and ends it",
    "PYTHONPATH=src python3 -m presignlib demo": "the same, from a checkout",
    "micropython": "tests/test_core_alone.py runs the core on it, where it is installed",
}
# Pages whose reader has an account's key and a region in the environment.
WITH_CREDENTIALS = {"README.md", "CONTRIBUTING.md"}
FROM_THE_CHECKOUT = {"README.md", "CONTRIBUTING.md"}  # their commands are typed there
EXAMPLE = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "eu-west-1",
}

_FENCE = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Block:
    """One fenced block: ``name`` is the file that it is written to, if any."""

    page: Path
    line: int
    language: str
    name: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, *found.groups())
        for found in _FENCE.finditer(text)
    ]


def prose_of(page: Path) -> str:
    """Return a page without its blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def id_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def steps_of(block: Block) -> Iterator[tuple[str, str]]:
    """Return each command of a ``console`` block with the output shown below it."""
    command, shown = "", ""
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:].strip(), ""
        elif command.endswith("\\"):
            command = command[:-1] + line.strip()
        else:
            shown += line
    assert command, f"{block.place} has no command"
    yield command, shown


def not_run(command: str) -> str | None:
    return next((start for start in NOT_RUN if f"{command} ".startswith(f"{start} ")), None)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


# ---- Examples


class Session:
    """What the blocks of one page share."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.exported: list[str] = []
        self.folder = folder
        self.cwd = ROOT if page.name in FROM_THE_CHECKOUT else folder
        self.environment = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUNBUFFERED": "1",  # so that what goes to stdout comes first, as on a terminal
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "error",
            "LC_ALL": "C.UTF-8",
            **(EXAMPLE if page.name in WITH_CREDENTIALS else {}),
        }
        (folder / "bin").mkdir()
        for name, arguments in (("python3", ""), ("presignlib", " -m presignlib")):
            program = folder / "bin" / name
            program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{arguments} "$@"\n')
            program.chmod(0o755)

    def run(self, block: Block) -> None:
        if block.language == "console":
            self._type(block)
        elif block.name:
            (self.folder / block.name).write_text(block.text, "utf-8")
        elif block.text.startswith(">>>"):
            self._compare(block)
        else:
            exec(
                compile("\n" * block.line + block.text, str(block.page), "exec", dont_inherit=True),
                self.names,
            )

    def _compare(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(
            block.text, self.names, block.place, str(block.page), block.line
        )
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.REPORT_NDIFF, verbose=False)
        runner.run(test, out=report.append, clear_globs=False)
        self.names.update(test.globs)
        assert [] == report, "".join(report)

    def _type(self, block: Block) -> None:
        for command, shown in steps_of(block):
            if not_run(command):
                continue
            done = subprocess.run(
                ["bash", "-c", "\n".join([*self.exported, command])],
                cwd=self.cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )
            if command.startswith("export "):
                self.exported.append(command)
            assert doctest.OutputChecker().check_output(shown, done.stdout, doctest.ELLIPSIS), (
                f"{block.place}: {command}\nshows\n{shown}\ngives\n{done.stdout}"
            )


@pytest.mark.parametrize("page", [p for p in PAGES if any(b.page == p for b in BLOCKS)], ids=id_of)
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "PRESIGN_"))]:
        monkeypatch.delenv(name)
    if page.name in WITH_CREDENTIALS:
        for name, value in EXAMPLE.items():
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    session = Session(page, tmp_path)
    for block in blocks_of(page):
        if block.language in ("python", "console"):
            session.run(block)


def test_every_block_is_of_a_kind_that_is_run_or_has_a_reason() -> None:
    known = {"python", "console", *READ_ONLY}
    assert [] == [block.place for block in BLOCKS if block.language not in known]
    assert set(READ_ONLY) <= {block.language for block in BLOCKS}


def test_every_command_that_is_not_run_is_shown_somewhere() -> None:
    shown = [command for block in BLOCKS if block.language == "console" for command, _ in steps_of(block)]
    assert set(NOT_RUN) == {start for command in shown if (start := not_run(command))}


def test_files_named_by_commands_for_a_checkout_are_in_it() -> None:
    named = {
        word
        for block in BLOCKS
        if block.page in TOP and block.language == "console"
        for command, _ in steps_of(block)
        for word in shlex.split(command)
        if word == "./test" or word.endswith(".py")
    }
    assert "./test" in named
    assert [] == [word for word in named if not (ROOT / word).is_file()]


# ---- Links


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose_of(page))]
    return {heading.replace(" ", "-") for heading in plain}


def links_of(page: Path) -> list[str]:
    return _LINK.findall(prose_of(page))


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_links_lead_to_a_page_and_a_heading_that_exist(page: Path) -> None:
    for link in links_of(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), link


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = [link.partition("#")[0] for link in links_of(page) if not link.startswith("https://")]
        waiting += [(page.parent / link).resolve() for link in links if link]
    assert set() == set(PAGES) - reached


# ---- Reference


def section(page: Path, heading: str) -> str:
    """Return what stands under a heading, up to the next that is not below it."""
    text = page.read_text("utf-8")
    found = re.search(
        rf"^(#+) `?{re.escape(heading)}`?$\n(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page.name} has no heading {heading}"
    rest = found[2]
    deeper = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: deeper.start()] if deeper else rest


def first_cells(text: str) -> list[str]:
    """Return all that stands as code in the first cells of the tables of a text."""
    rows = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return [name for cell in rows for name in _CODE.findall(cell)]


def described(page: Path) -> set[str]:
    """Return the names that a page describes: by a heading, or at the start of a table's row."""
    text = page.read_text("utf-8")
    headings = [name for heading in _HEADING.findall(prose_of(page)) for name in _CODE.findall(heading)]
    return {re.split(r"[(=\s]", name)[0] for name in [*headings, *first_cells(text)]}


def public_names(module: Any) -> set[str]:
    """Return ``__all__`` or, where a module has none, what it defines without an underscore."""
    if hasattr(module, "__all__"):
        return set(module.__all__)
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and name != "TYPE_CHECKING"
        and getattr(value, "__module__", module.__name__) == module.__name__
    }


def plain_signature(name: str, function: Callable[..., Any]) -> str:
    """Return a signature with defaults and without types, as the pages write it."""
    signature = inspect.signature(function)
    shown = [p.replace(annotation=p.empty) for p in signature.parameters.values() if p.name != "self"]
    return name + str(signature.replace(parameters=shown, return_annotation=signature.empty))


def shown_signatures(page: Path) -> set[str]:
    blocks = [block.text for block in blocks_of(page) if block.language == "text"]
    return {
        re.sub(r"\(\s+|,?\s+(?=\))", lambda m: m[0][0] * ("(" in m[0]), " ".join(t.split())) for t in blocks
    }


MODULES = {
    "presignlib": "presignlib.md",
    "presignlib.sigv4": "sigv4.md",
    "presignlib.errors": "errors.md",
    "presignlib.credentials": "credentials.md",
    "presignlib.providers": "providers.md",
    "presignlib.cli": "cli.md",
    "presignlib.services": "services.md",
    "presignlib.boto": "boto.md",
    "presignlib.testing": "testing.md",
}


@pytest.mark.parametrize(("module", "page"), MODULES.items())
def test_a_reference_page_describes_every_public_name(module: str, page: str) -> None:
    assert set() == public_names(import_module(module)) - described(REFERENCE / page)


@pytest.mark.parametrize(("module", "page"), MODULES.items())
def test_a_reference_page_has_no_heading_for_a_name_that_is_gone(module: str, page: str) -> None:
    headings = [name for h in _HEADING.findall(prose_of(REFERENCE / page)) for name in _CODE.findall(h)]
    assert set() == set(headings) - public_names(import_module(module)) - {module}


FUNCTIONS = [
    pytest.param(page, name, value, id=f"{module}.{name}")
    for module, page in MODULES.items()
    for name, value in (
        (n, getattr(import_module(module), n)) for n in sorted(public_names(import_module(module)))
    )
    if inspect.isfunction(value)
]


@pytest.mark.parametrize(("page", "name", "function"), FUNCTIONS)
def test_a_reference_page_shows_the_signature_and_explains_each_keyword(
    page: str, name: str, function: Callable[..., Any]
) -> None:
    assert plain_signature(name, function) in shown_signatures(REFERENCE / page)
    if page != "sigv4.md":  # there the prose says what its functions take
        assert set() == set(inspect.signature(function).parameters) - described(REFERENCE / page)


def public_attributes(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (PresignedURL, "presignlib.md"),
        (PresignedPost, "presignlib.md"),
        (MultipartUpload, "presignlib.md"),
        (Batch, "presignlib.md"),
        (Credentials, "credentials.md"),
        (Store, "testing.md"),
    ],
)
def test_a_reference_page_lists_the_attributes_of_a_class(kind: type, page: str) -> None:
    expected = {
        plain_signature(name, member) if inspect.isfunction(member) else name
        for name, member in vars(kind).items()
        if not name.startswith("_")
    }
    assert expected == set(first_cells(section(REFERENCE / page, kind.__name__)))


def test_the_reference_shows_how_a_store_is_made() -> None:
    page = REFERENCE / "testing.md"
    assert plain_signature("Store", Store) in shown_signatures(page)
    assert set(inspect.signature(Store).parameters) == set(first_cells(section(page, "Arguments")))


def test_the_reference_lists_the_methods_of_a_presigner() -> None:
    cells = first_cells(section(REFERENCE / "presignlib.md", "Presigner"))
    methods = {cell.partition("(")[0] for cell in cells if "(" in cell}
    assert public_attributes(Presigner) == methods


def test_the_reference_explains_each_keyword_of_a_presigner() -> None:
    assert set() == set(inspect.signature(Presigner).parameters) - {"where"} - described(
        REFERENCE / "presignlib.md"
    )


@pytest.mark.parametrize("name", ["get", "head", "put", "delete", "list", "object_url"])
def test_a_presigner_has_the_keywords_of_the_functions_as_the_reference_says(name: str) -> None:
    function = name if name == "object_url" else f"presign_{name}"
    theirs = list(inspect.signature(getattr(presignlib, function)).parameters)
    assert ["self", *theirs] == list(inspect.signature(getattr(Presigner, name)).parameters)


def commands_of(parser: Any) -> dict[str, Any]:
    """Return a parser's commands, and theirs, by name."""
    own = [action.choices for action in parser._actions if isinstance(action.choices, dict)]
    return {
        n: c
        for choices in own
        for name, child in choices.items()
        for n, c in {name: child, **commands_of(child)}.items()
    }


def test_the_reference_lists_every_option_of_the_command_line() -> None:
    commands = commands_of(cli._parser())
    options = {
        option
        for command in commands.values()
        for action in command._actions
        for option in action.option_strings
    }
    page = REFERENCE / "cli.md"
    texts = page.read_text("utf-8") + (REFERENCE / "demo.md").read_text("utf-8")
    listed = {cell.split()[0] for cell in first_cells(texts)}
    assert set(commands) | options - {"-h", "--help"} <= listed
    assert {cell for cell in listed if cell.startswith("-")} <= options


def test_the_reference_draws_the_tree_of_errors_as_it_is() -> None:
    tree = next(block.text for block in blocks_of(REFERENCE / "errors.md") if block.language == "text")
    found = re.findall(r"^([│├└─ ]*)(\w+)$", tree, re.MULTILINE)
    parents: list[tuple[int, str]] = []
    drawn = {}
    for indent, name in found:
        parents = [(depth, parent) for depth, parent in parents if depth < len(indent)]
        drawn[name] = parents[-1][1] if parents else None
        parents.append((len(indent), name))
    kinds = {name: getattr(errors, name) for name in errors.__all__}
    expected = {
        name: kind.__bases__[0].__name__ if kind.__bases__[0].__name__ in kinds else None
        for name, kind in kinds.items()
    }
    assert expected == drawn


def test_the_reference_names_every_module() -> None:
    package = ROOT / "src" / "presignlib"
    there = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/*.py")
    }
    listed = set(first_cells((REFERENCE / "README.md").read_text("utf-8")))
    assert {name for name in there if not name.startswith("_")} == {
        name.removeprefix("presignlib.") for name in listed if name != "presignlib"
    }
