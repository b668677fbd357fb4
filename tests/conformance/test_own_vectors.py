"""The project's own vectors: AWS's documented examples, and what botocore signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Presigner, sigv4

from .cases import OWN, Case, by_presign, by_the_core, case_of, entries, settings_of, stages

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")

FAMILIES = sorted(path for path in OWN.iterdir() if path.is_dir() and not path.name.startswith("__"))
FILES = [path for family in FAMILIES for path in sorted(family.glob("*.json"))]


def named(path: Path) -> str:
    return path.relative_to(OWN).as_posix()


RAW: list[Any] = [
    pytest.param(raw, id=f"{named(path)}:{raw['id']}") for path in FILES for raw in entries(path)
]
KEYS = [p for p in RAW if "secret_key" in p.values[0]]
CASES: list[Any] = [pytest.param(case_of(p.values[0]), id=p.id) for p in RAW if "request" in p.values[0]]
OF_S3 = [p for p in CASES if "client" in p.values[0].raw]


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_a_family_has_files(family: Path) -> None:
    assert list(family.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_file_has_the_cases_it_counts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count('\n{"id": ') == len(entries(path))
    assert f'"count": {len(entries(path))},' in text


def test_every_case_is_a_signing_key_or_a_signed_request() -> None:
    assert len(RAW) == len(KEYS) + len(CASES)


@pytest.mark.parametrize("case", KEYS)
def test_each_printed_link_of_a_signing_key_is_the_expected_one(case: dict[str, Any]) -> None:
    key, links = ("AWS4" + case["secret_key"]).encode(), {}
    parts = {"k_date": case["date"], "k_region": case["region"], "k_service": case["service"]}
    for name, part in {**parts, "k_signing": "aws4_request"}.items():
        key = sigv4.hmac_sha256(key, part.encode())
        links[name] = key.hex()
    assert case["expected"] == {name: links[name] for name in case["expected"]}


@pytest.mark.parametrize("case", KEYS)
def test_a_signing_key_is_the_printed_one(case: dict[str, Any]) -> None:
    key = sigv4.signing_key(case["secret_key"], case["date"], case["region"], case["service"])
    assert case["expected"]["k_signing"] == key.hex()


@pytest.mark.parametrize("case", CASES)
def test_the_core_signs_every_case(case: Case) -> None:
    signed = by_the_core(case)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url in (None, signed.url)


@pytest.mark.parametrize("case", CASES)
def test_presign_signs_every_case_from_its_url(case: Case) -> None:
    signed = stages(by_presign(case))
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url in (None, signed.url)


@pytest.mark.parametrize("case", OF_S3)
def test_the_presigner_signs_every_case_from_bucket_and_key(case: Case) -> None:
    presigner = Presigner(**settings_of(case.raw))
    url = presigner.request(
        case.method, case.bucket or "", case.key, expires=case.expires, query=case.query, headers=case.headers
    )
    signed = stages(url)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url == signed.url
