"""Which module may import which. A new arrow is a change of this table, with its reason.

Imports inside functions count; so do the names that a module's ``__getattr__`` loads.
Imports for type checkers alone are not in the table, for nothing is loaded by them, but
they too may not point up.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import presignlib
import presignlib.providers

SOURCE = Path(str(presignlib.__file__)).parent

LAYERS = (
    # The core, exceptions, durations, and the one reader of the time, which results asks.
    # Reports are plain values; errors name URLInfo in a type.
    {"sigv4", "errors", "_time", "_clock", "_p256", "reports"},
    {"credentials", "rules", "_partitions", "_disposition", "snippets", "redaction", "_signature", "_xml"}
    | {"sigv4a", "dialects"}
    | {"_s3_hosts"},
    {"request", "results"},
    {"signing", "endpoints", "_arns", "url_parts"},
    {"s3", "_service_request", "post_policy", "multipart"},
    # Each provider is a module of its own; the chain loads one when its turn comes.
    {f"providers.{name}" for name in ("_http", "_documents", "_files", "_refresh", "environment", "boto")},
    {"providers._sts", "providers.process", "providers.sso", "providers.instance_metadata"},
    {"providers.assume_role", "providers.web_identity"},
    {"providers.container"},  # reads its token as web identities read theirs
    {"providers.profile"},
    {"providers.chain"},
    {"settings", "providers"},  # settings ask for the shared chain
    {"inspection", "verification", "_log_filter", "diagnosis"}
    | {f"diagnosis._{part}" for part in ("case", "causes", "mismatch", "variants")},
    {"_keywords"},  # the keywords' types, which nothing loads
    {"_operations"},  # what functions and Presigner share
    {"_functions", "presigner"},
    {""},  # the package itself
    {"services", "boto", "_boto_names"},  # made of public calls, as a program would be
    {"cli", "_cli_diagnose"},
    {"__main__"},
)
ARROWS = {
    "sigv4": "",
    "errors": "",
    "_time": "errors",
    "_clock": "",
    "credentials": "_time errors",
    "rules": "sigv4 _time",
    "_p256": "",
    "sigv4a": "sigv4 _p256",
    "_xml": "",
    "_partitions": "",
    "_disposition": "sigv4",
    "snippets": "",
    "redaction": "",
    "_signature": "",
    "request": "sigv4 errors",
    # explain() makes the string to sign; expires_within() asks the clock unless told.
    "results": "sigv4 snippets redaction _time _clock errors",
    "reports": "_time _clock",  # is_expired() asks the clock unless told
    "_s3_hosts": "_partitions",
    "_log_filter": "redaction",
    # url_parts makes the one value that inspecting and verifying return.
    "url_parts": "sigv4 request _s3_hosts reports _time errors",
    "inspection": "url_parts sigv4 reports _time errors",
    "verification": "url_parts inspection sigv4 rules credentials _time _clock errors",
    "diagnosis": "inspection url_parts results request sigv4 reports redaction _time _clock"
    " errors diagnosis._case diagnosis._causes diagnosis._mismatch diagnosis._variants",
    "diagnosis._case": "inspection url_parts sigv4 rules reports _time _xml errors",
    "diagnosis._causes": "diagnosis._case inspection redaction reports",
    "diagnosis._mismatch": "diagnosis._causes diagnosis._variants url_parts sigv4 redaction reports errors",
    "diagnosis._variants": "_s3_hosts sigv4 reports",
    "signing": "sigv4 sigv4a results _time errors",
    "endpoints": "_arns dialects sigv4 request rules _partitions errors",
    "dialects": "errors",
    "_arns": "request _partitions errors",
    "s3": "sigv4 request _disposition _time errors",
    "_service_request": "sigv4 request rules errors",
    # The form has keys and metadata as S3's other uploads have, and ends as their URLs do.
    "post_policy": "signing s3 request sigv4 snippets redaction _time errors",
    "multipart": "s3 request _xml snippets errors",
    "settings": "providers signing endpoints _time _clock errors",  # signing has the policies' names
    # The package hands on what its modules have, when it is asked for.
    "providers": "providers.assume_role providers.boto providers.chain providers.container "
    "providers.environment providers.instance_metadata providers.process "
    "providers.profile providers.sso providers.web_identity",
    "providers._http": "",
    "providers._documents": "credentials errors",
    "providers._files": "errors",
    "providers._refresh": "providers._http _time _clock errors",
    "providers._sts": "providers._documents providers._http sigv4 request _partitions _xml _time errors",
    "providers.assume_role": "providers._refresh providers._sts credentials errors",
    "providers.boto": "credentials errors",
    "providers.chain": "providers._files providers.container providers.environment "
    "providers.instance_metadata providers.profile errors",
    "providers.container": "providers._documents providers._http providers._refresh "
    "providers.web_identity request errors",
    "providers.environment": "providers._documents credentials errors",
    "providers.instance_metadata": "providers._documents providers._http providers._refresh request errors",
    "providers.process": "providers._documents providers._refresh errors",
    "providers.profile": "providers._files providers.assume_role providers.container providers.environment "
    "providers.instance_metadata providers.process providers.sso providers.web_identity "
    "credentials errors",
    "providers.sso": "providers._documents providers._http providers._refresh "
    "_partitions request sigv4 errors",
    "providers.web_identity": "providers._refresh providers._sts errors",
    "_keywords": "_time credentials request",
    "_operations": "settings signing s3 post_policy credentials _time errors",
    # A multipart upload is bound to the Presigner that signs its requests.
    "_functions": "_operations _signature settings presigner _service_request s3 results _time",
    "presigner": "_operations _signature settings s3 multipart request results credentials _time _clock"
    " errors",
    # Recipes need the region before they sign: it is in the host.
    "services": "_functions _partitions _time settings request errors",
    "boto": "_boto_names _operations presigner post_policy settings sigv4 _time errors",
    "_boto_names": "",
    "": "_functions presigner multipart post_policy results reports credentials redaction _log_filter "
    "inspection verification diagnosis errors",
    "cli": "_cli_diagnose providers",
    "_cli_diagnose": "providers",
    "__main__": "cli",
}
PURE = frozenset().union(*LAYERS[:5])  # arithmetic on arguments: no I/O, no clock, no chance
IMPURE = frozenset(
    {"asyncio", "http", "importlib", "io", "logging", "os", "pathlib", "random", "secrets", "select"}
    | {"selectors", "shutil", "socket", "ssl", "subprocess", "tempfile", "threading", "urllib", "uuid"}
)
CLOCKS = frozenset({"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "localtime"})


class Imports:
    """The modules that one source imports: ``own`` of the package, ``others``, and ``for_types``."""

    def __init__(self, module: str, source: str, *, is_package: bool = False) -> None:
        self.own: set[str] = set()
        self.others: set[str] = set()
        self.for_types: set[str] = set()
        self.names: set[str] = set()  # what is taken from the package itself
        parts = module.split(".") if module else []
        self._parents = parts if is_package else parts[:-1]
        self._read(ast.parse(source), for_types=False)

    def _read(self, node: ast.AST, *, for_types: bool) -> None:
        if isinstance(node, ast.Import):
            self.others |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            self._from(node, for_types=for_types)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.body:
                self._read(child, for_types=True)
            for child in node.orelse:
                self._read(child, for_types=for_types)
        else:
            for inner in ast.iter_child_nodes(node):
                self._read(inner, for_types=for_types)

    def _from(self, node: ast.ImportFrom, *, for_types: bool) -> None:
        if not node.level:
            assert node.module is not None
            self.others |= set() if for_types else {node.module.partition(".")[0]}
            return
        base = self._parents[: len(self._parents) - node.level + 1]
        if node.module:
            targets = {".".join([*base, node.module])}
        else:
            names = {alias.name for alias in node.names}
            targets = {".".join([*base, name]) for name in names if _exists([*base, name])}
            self.names |= names - targets
        (self.for_types if for_types else self.own).update(targets)


def _exists(parts: list[str]) -> bool:
    path = SOURCE.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").is_file()


def _modules() -> dict[str, Imports]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = list(path.relative_to(SOURCE).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        found[module] = Imports(module, path.read_text(encoding="utf-8"), is_package=is_package)
    found[""].own |= set(presignlib._LATER.values())
    found["providers"].own |= {f"providers.{home}" for home in presignlib.providers._HOMES.values()}
    return found


MODULES = _modules()
LEVELS = {module: level for level, layer in enumerate(LAYERS) for module in layer}


# The reader reads what it should


def _own(source: str, module: str = "a") -> set[str]:
    return Imports(module, source).own


def test_an_import_inside_a_function_is_an_arrow() -> None:
    assert {"signing"} == _own("def f():\n    if x:\n        from .signing import prepare\n")


def test_an_import_of_a_module_by_name_is_an_arrow() -> None:
    assert {"sigv4"} == _own("from . import sigv4")


def test_a_name_of_the_package_is_not() -> None:
    imports = Imports("a", "from . import Presigner")
    assert (set(), {"Presigner"}) == (imports.own, imports.names)


def test_an_import_from_above_is_an_arrow() -> None:
    assert {"credentials", "errors"} == _own(
        "from ..credentials import x\nfrom .. import errors", "providers.x"
    )


def test_an_import_from_beside_is_an_arrow() -> None:
    assert {"providers.environment"} == _own("from .environment import x", "providers.x")


def test_an_import_for_type_checkers_is_kept_apart() -> None:
    imports = Imports("a", "if TYPE_CHECKING:\n    from .signing import x\nelse:\n    from .rules import x")
    assert ({"rules"}, {"signing"}) == (imports.own, imports.for_types)


def test_a_module_of_others_is_known_by_its_root() -> None:
    assert {"urllib", "os"} == Imports("a", "import os.path\nfrom urllib.request import x").others


# The table


def test_every_module_has_its_layer_and_its_row() -> None:
    assert MODULES.keys() == LEVELS.keys() == ARROWS.keys()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_the_table_says(module: str) -> None:
    assert set(ARROWS[module].split()) == MODULES[module].own


@pytest.mark.parametrize("module", MODULES)
def test_no_arrow_points_up(module: str) -> None:
    targets = MODULES[module].own | MODULES[module].for_types
    assert set() == {target for target in targets if LEVELS[target] > LEVELS[module]}


def test_no_arrows_go_in_a_circle() -> None:
    done: set[str] = set()
    while ready := {module for module in ARROWS.keys() - done if done.issuperset(ARROWS[module].split())}:
        done |= ready
    assert ARROWS.keys() == done


# Purity


@pytest.mark.parametrize("module", sorted(PURE))
def test_the_lower_layers_do_no_io(module: str) -> None:
    assert set() == MODULES[module].others & IMPURE


@pytest.mark.parametrize("module", sorted(PURE - {"_clock"}))
def test_the_lower_layers_read_no_clock(module: str) -> None:
    path = SOURCE.joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    from_time = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    whole = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert set() == from_time - {"gmtime"}  # arithmetic on a given instant
    assert "time" not in whole
    assert set() == asked & CLOCKS


def test_the_core_imports_hashlib_alone() -> None:
    assert {"hashlib"} == MODULES["sigv4"].others


def test_only_lazy_packages_import_by_text() -> None:
    assert {"", "providers"} == {m for m, imports in MODULES.items() if "importlib" in imports.others}


def test_the_command_line_uses_public_names_alone() -> None:
    assert MODULES["cli"].names <= {*presignlib.__all__, "__version__"}
