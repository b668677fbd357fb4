"""What ``import presignlib`` costs, and the odd places where it has to work.

Each line runs in an interpreter of its own, isolated and without site: a ``.pth`` file
of the environment could load a module beforehand and make it look free.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import presignlib

from .unit.samples import CREDENTIALS, signature_of

SOURCE = Path(str(presignlib.__file__)).parent.parent
DEAR = (
    *("re", "typing", "dataclasses", "enum", "urllib", "json", "datetime", "_datetime", "logging"),
    *("collections", "functools", "pathlib", "threading"),
)
NETWORK = ("socket", "_socket", "ssl", "_ssl", "http", "select", "selectors", "asyncio", "email")

SIGN = f"""
from presignlib import Credentials, presign_get
key = Credentials({CREDENTIALS.access_key_id!r}, {CREDENTIALS.secret_access_key!r})
url = presign_get("bucket", "a b/\\u00fc", region="us-east-1", credentials=key)
"""
PRESIGNER = SIGN.replace("presign_get(", "Presigner().get(").replace("presign_get", "Presigner")


def _run(code: str, *options: str, path: Path = SOURCE, **environment: str) -> Any:
    """Run ``code`` and return what it put into ``result``."""
    lines = f"import sys\nsys.path.insert(0, {str(path)!r})\n{code}\n"
    lines += "done = sorted(sys.modules)\nimport json\nprint(json.dumps([result, done]))"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-W", "error", *options, "-c", lines],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={"SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), **environment},
    )
    assert (0, "") == (ran.returncode, ran.stderr)
    return json.loads(ran.stdout)


def _loaded(code: str) -> set[str]:
    """Return the modules that are there after ``code``."""
    return set(_run(f"result = None\n{code}")[1])


def _among(modules: set[str], roots: tuple[str, ...]) -> set[str]:
    return {module for module in modules if module.partition(".")[0] in roots}


def _is_right(url: str) -> bool:
    return url.endswith("=" + signature_of(url, CREDENTIALS.secret_access_key)) and "/a%20b/%C3%BC?" in url


# What is loaded


def test_a_bare_interpreter_has_none_of_the_dear_modules() -> None:
    assert set() == _among(_loaded(""), DEAR + NETWORK)


def test_importing_the_package_loads_none_either() -> None:
    assert set() == _among(_loaded("import presignlib"), DEAR + NETWORK)


def test_one_url_loads_none_either() -> None:
    assert set() == _among(_loaded(SIGN), DEAR + NETWORK)


def test_a_presigner_loads_none_either() -> None:
    assert set() == _among(_loaded(PRESIGNER), DEAR + NETWORK)


def test_one_url_loads_no_presigner_no_provider_and_no_snippets() -> None:
    ours = {name.removeprefix("presignlib.") for name in _among(_loaded(SIGN), ("presignlib",))}
    assert set() == ours & {"presigner", "providers", "snippets", "redaction", "services", "cli", "_keywords"}


def test_credentials_of_the_environment_load_no_network() -> None:
    code = "from presignlib import presign_get\nresult = str(presign_get('bucket', 'a b/\\u00fc'))"
    url, modules = _run(
        "import os\n"
        f"os.environ.update(AWS_ACCESS_KEY_ID={CREDENTIALS.access_key_id!r}, AWS_REGION='us-east-1',"
        f" AWS_SECRET_ACCESS_KEY={CREDENTIALS.secret_access_key!r})\n{code}"
    )
    assert _is_right(url)
    assert set() == _among(set(modules), NETWORK)


def test_what_pytest_loads_at_its_start_loads_none_either() -> None:
    """``presignlib.testing`` is a plugin: each run of pytest imports it, whoever needs a store."""
    assert set() == _among(_loaded("import presignlib.testing"), (*DEAR, *NETWORK, "pytest", "_pytest"))


# Where it works

RESULT = f"{SIGN}\nresult = str(url)"


def test_it_works_isolated_and_without_site() -> None:
    assert _is_right(_run(RESULT)[0])


def test_it_works_without_docstrings_and_assertions() -> None:
    assert _is_right(_run(RESULT, "-OO")[0])


def test_it_works_without_openssl() -> None:
    url, modules = _run(f"sys.modules['_hashlib'] = None\n{RESULT}")
    assert _is_right(url)
    assert "_ssl" not in modules


@pytest.mark.parametrize("utf8", ["utf8=0", "utf8=1"])
def test_it_works_in_the_c_locale(utf8: str) -> None:
    assert _is_right(_run(RESULT, "-X", utf8, LC_ALL="C")[0])


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"]
)
def test_it_works_from_a_zip(tmp_path: Path, compression: int) -> None:
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w", compression) as packed:
        for path in sorted(SOURCE.joinpath("presignlib").rglob("*.py")):
            packed.write(path, path.relative_to(SOURCE))
    code = f"{PRESIGNER}\nimport presignlib\nresult = [str(url), url.as_curl(), presignlib.__file__]"
    (url, curl, origin), _ = _run(code, path=archive)
    assert _is_right(url)
    assert url in curl
    assert origin.startswith(str(archive))


def test_it_works_under_another_name(tmp_path: Path) -> None:
    vendored = tmp_path / "application" / "_vendor"
    vendored.mkdir(parents=True)
    (vendored.parent / "__init__.py").touch()
    (vendored / "__init__.py").touch()
    for path in SOURCE.joinpath("presignlib").rglob("*.py"):
        copy = vendored / "signer" / path.relative_to(SOURCE / "presignlib")
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    code = PRESIGNER.replace("presignlib", "application._vendor.signer")
    url, modules = _run(f"{code}\nresult = str(url)", path=tmp_path)
    assert _is_right(url)
    assert set() == _among(set(modules), ("presignlib",))
