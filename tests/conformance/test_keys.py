"""Signing keys, link by link of the chain."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import sigv4, sigv4a

from .cases import shared


def v4_only(raw: dict[str, Any]) -> dict[str, Any] | None:
    return raw if raw["kind"].startswith("v4-key") else None


KEYS = shared("keys", v4_only)


@pytest.mark.parametrize("case", KEYS)
def test_each_link_of_the_signing_key_is_the_expected_one(case: dict[str, Any]) -> None:
    key, links = ("AWS4" + case["secret_key"]).encode(), []
    for part in (case["date"], case["region"], case["service"], "aws4_request"):
        key = sigv4.hmac_sha256(key, part.encode())
        links.append(key.hex())
    assert list(case["expected"].values()) == links


@pytest.mark.parametrize("case", KEYS)
def test_the_signing_key_is_the_last_link(case: dict[str, Any]) -> None:
    key = sigv4.signing_key(case["secret_key"], case["date"], case["region"], case["service"])
    assert case["expected"]["k_signing"] == key.hex()


def v4a_only(raw: dict[str, Any]) -> dict[str, Any] | None:
    return raw if raw["kind"].startswith("v4a-key") else None


@pytest.mark.parametrize("case", shared("keys", v4a_only))
def test_the_key_pair_of_sigv4a_is_the_expected_one(case: dict[str, Any]) -> None:
    private = sigv4a.private_key(case["access_key"], case["secret_key"])
    x, y = sigv4a.public_key(private)
    assert case["expected"]["private_key"] == f"{private:064x}"
    assert case["expected"]["public_key"] == {"x": f"{x:064x}", "y": f"{y:064x}"}
