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
    {"credentials", "rules", "_partitions", "_disposition", "snippets", "redaction", "_xml"}
    | {"sigv4a", "dialects"}
    | {"_s3_hosts"},
    {"request", "results"},
    {"signing", "endpoints", "_arns", "url_parts"},
    {"s3", "_service_request", "post_policy", "multipart", "policies"},
    # Providers that share an idea share a module; the chain loads one when its turn comes.
    {"providers._http"},
    {"providers._refresh"},
    {"providers.local"},
    {"providers._files", "providers.sts", "providers.metadata"},
    {"providers.tools"},
    {"providers.profile"},
    {"providers"},
    {"settings"},  # they ask for the shared chain
    {"inspection", "verification", "_log_filter", "diagnosis"}
    | {f"diagnosis._{part}" for part in ("case", "causes", "mismatch", "variants")},
    {"_keywords"},  # the keywords' types, which nothing loads
    {"_operations"},  # what functions and Presigner share
    {"_functions", "presigner"},
    {""},  # the package itself
    {"services", "boto"},  # made of public calls, as a program would be
    {"testing"}
    | {f"testing._{part}" for part in ("answers", "bodies", "forms", "objects", "reading")}
    | {f"testing._{part}" for part in ("refusals", "requests", "server", "writing")},
    # The page is a program over public names; it has the store where no bucket is given.
    {"demo._bucket", "demo._page", "demo._uploads"},
    {"demo._site"},
    {"demo._server"},
    {"demo"},
    {"cli", "_cli_complete", "_cli_diagnose", "_cli_options", "_cli_sign"},
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
    "redaction": "errors",
    "request": "sigv4 errors",
    # explain() makes the string to sign; expires_within() asks the clock unless told.
    "results": "sigv4 snippets redaction _time _clock errors",
    "reports": "_time _clock",  # is_expired() asks the clock unless told
    "_s3_hosts": "_partitions",
    "_log_filter": "redaction",
    # url_parts makes the one value that inspecting and verifying return.
    "url_parts": "sigv4 request _s3_hosts reports _time errors",
    "inspection": "url_parts sigv4 reports _time errors",
    "verification": "url_parts inspection sigv4 sigv4a rules credentials _time _clock errors",
    # Credentials are checked as all who take them do.
    "diagnosis": "inspection url_parts results request sigv4 reports redaction credentials _time _clock"
    " errors diagnosis._case diagnosis._causes diagnosis._mismatch diagnosis._variants",
    "diagnosis._case": "inspection url_parts sigv4 rules reports _time _xml errors",
    "diagnosis._causes": "diagnosis._case inspection redaction reports",
    "diagnosis._mismatch": "diagnosis._causes diagnosis._variants url_parts sigv4 redaction reports errors",
    "diagnosis._variants": "_s3_hosts url_parts sigv4 sigv4a reports",
    "signing": "sigv4 sigv4a results _time errors",
    "endpoints": "_arns dialects sigv4 request rules _partitions errors",
    "dialects": "errors",
    "_arns": "request sigv4 _partitions errors",
    "s3": "sigv4 request _disposition _time errors",
    "_service_request": "sigv4 request rules errors",
    # The form has keys and metadata as S3's other uploads have, and ends as their URLs do.
    "post_policy": "signing s3 request sigv4 snippets redaction _time errors",
    "multipart": "s3 request _xml snippets errors",
    # A policy names what an address leads to, so the same rules refuse a bucket's ARN.
    "policies": "endpoints request _partitions errors",
    # Signing has the policies' names.
    "settings": "providers signing endpoints credentials _time _clock errors",
    # The package has the chain, and hands on what its modules have when it is asked for.
    "providers": "providers.local providers.metadata providers.profile providers.sts providers.tools errors",
    "providers._http": "errors",
    "providers._refresh": "providers._http credentials _time _clock errors",
    "providers.local": "providers._refresh credentials errors",  # how instants are written
    "providers._files": "providers.local errors",
    "providers.sts": "providers._http providers._refresh providers.local "
    "sigv4 request credentials _partitions _xml _time errors",
    "providers.metadata": "providers._http providers._refresh providers.local request errors",
    "providers.tools": "providers._files providers._refresh _partitions request sigv4 errors",
    "providers.profile": "providers._files providers.local providers.metadata providers.sts providers.tools "
    "credentials errors",
    "_keywords": "_time credentials request",
    "_operations": "settings signing s3 post_policy credentials _time errors",
    # A multipart upload is bound to the Presigner that signs its requests.
    "_functions": "_operations settings presigner _service_request s3 results _time",
    "presigner": "_operations settings s3 multipart request results credentials _time _clock errors",
    # Recipes need the region before they sign: it is in the host.
    "services": "_functions _partitions _time settings request s3 errors",
    "boto": "_operations presigner post_policy request s3 settings sigv4 _time errors",
    "": "_functions presigner multipart post_policy results reports credentials redaction _log_filter "
    "inspection verification diagnosis policies errors",
    # The store verifies with the package's public functions; the server is loaded to listen.
    "testing": "testing._objects testing._server errors",
    "testing._refusals": "errors sigv4 url_parts verification",
    "testing._objects": "",
    "testing._bodies": "testing._refusals",
    "testing._requests": "testing._bodies testing._refusals errors url_parts",
    "testing._reading": "testing._bodies testing._refusals testing._requests",
    "testing._writing": "testing._bodies testing._reading testing._refusals testing._requests",
    "testing._forms": "testing._bodies testing._refusals testing._requests testing._writing sigv4",
    "testing._answers": "testing._forms testing._reading testing._refusals testing._requests "
    "testing._writing",
    "testing._server": "testing._answers testing._bodies testing._refusals testing._requests",
    "demo._bucket": "",
    "demo._page": "",
    "demo._uploads": "",
    "demo._site": "demo._bucket demo._page demo._uploads s3",  # s3 knows which keys browsers rewrite
    "demo._server": "demo._site",
    "demo": "demo._bucket demo._server demo._site testing",
    "cli": "demo _cli_complete _cli_diagnose _cli_options _cli_sign",
    "_cli_complete": "",
    "_cli_options": "",
    "_cli_sign": "_cli_options",
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
            self.names |= {name for name in names if not _exists([*base, name])}
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


USERS = ("cli", "_cli", "demo", "testing")


@pytest.mark.parametrize("user", [name for name in MODULES if name.startswith(USERS)])
def test_the_first_users_use_public_names_alone(user: str) -> None:
    ours = [name for name in MODULES if name.startswith(USERS)]
    others = {target for target in MODULES[user].own if target not in ours}
    assert others <= {"providers", "s3", "errors", "sigv4", "url_parts", "verification"}
    package = {*presignlib.__all__, "__version__"}
    assert MODULES[user].names <= (package | {"Store"} if user.startswith(("demo", "testing")) else package)
