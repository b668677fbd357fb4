"""Forms through real servers: what the policy allows is stored, what it forbids is not.

JuiceFS checks policies by MinIO's code, Ceph by its own. JuiceFS asks for no condition for
each field; Ceph, AWS and ``check()`` do. Swift takes no forms at all.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import each_of, presigner_for
from .exchange import Answer, follow, send

if TYPE_CHECKING:
    from presignlib import PresignedPost, Presigner

    from .stores import Store

BOUNDARY = "presignlib-boundary"


store = each_of("juicefs", "ceph")


def posted(post: PresignedPost, body: bytes, filename: str = "photo.png", **changed: str | None) -> Answer:
    """Send a form as a browser does: the fields in their order, the file last."""
    changes = {name.replace("_", "-"): value for name, value in changed.items()}
    fields = {name: value for name, value in {**post["fields"], **changes}.items() if value is not None}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: image/png'
    parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode())
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    url = post["url"] if post["url"].count("/") > 2 else post["url"] + "/"
    return send("POST", url, headers=headers, body=b"".join(parts))


def made(
    presigner: Presigner, store: Store, key: str | None = "posted/a.png", **keywords: Any
) -> PresignedPost:
    limits = {"max_size": 100, "content_type": "image/png", **keywords}
    return presigner.post(store.bucket, key, **limits)


def test_a_form_stores_its_file(presigner: Presigner, store: Store) -> None:
    post = made(presigner, store, metadata={"author": "me"}, success_status=201)
    answer = posted(post, b"picture")
    assert answer.status == 201
    assert [] == post.check(size=7, filename="photo.png")
    read = follow(presigner.get(store.bucket, "posted/a.png"))
    assert (read.status, read.body) == (200, b"picture")
    assert (read.headers["Content-Type"], read.headers["x-amz-meta-author"]) == ("image/png", "me")


def test_the_files_name_comes_behind_the_prefix(presigner: Presigner, store: Store) -> None:
    post = made(presigner, store, None, key_prefix="posted/in/")
    assert posted(post, b"x", "my photo.png").status == 204
    assert follow(presigner.get(store.bucket, "posted/in/my photo.png")).status == 200


def test_a_type_that_is_left_open_is_the_senders(presigner: Presigner, store: Store) -> None:
    post = made(presigner, store, "posted/open", content_type="image/*")
    assert posted(post, b"x", Content_Type="image/gif").status == 204
    assert follow(presigner.get(store.bucket, "posted/open")).headers["Content-Type"] == "image/gif"


@pytest.mark.parametrize(
    ("keywords", "body", "changed", "checked"),
    [
        ({"max_size": 4}, b"large", {}, {"size": 5}),
        ({"min_size": 6}, b"small", {}, {"size": 5}),
        ({}, b"x", {"Content_Type": "text/html"}, {"content_type": "text/html"}),
        ({}, b"x", {"key": "posted/elsewhere"}, {"fields": {"key": "posted/elsewhere"}}),
        ({"metadata": {"a": "b"}}, b"x", {"x_amz_meta_a": "c"}, {"fields": {"x-amz-meta-a": "c"}}),
        ({"fields": {"acl": "private"}}, b"x", {"acl": "public-read"}, {"fields": {"acl": "public-read"}}),
    ],
    ids=["too large", "too small", "another type", "another key", "other metadata", "another acl"],
)
def test_what_check_finds_the_server_refuses(
    presigner: Presigner,
    store: Store,
    keywords: dict[str, Any],
    body: bytes,
    changed: dict[str, str],
    checked: dict[str, Any],
) -> None:
    post = made(presigner, store, "posted/refused", **keywords)
    assert posted(post, body, **changed).status in (400, 403)
    assert len(post.check(**checked)) == 1
    assert follow(presigner.get(store.bucket, "posted/refused")).status == 404


@pytest.mark.parametrize("name", ["policy", "x-amz-signature", "x-amz-date", "x-amz-credential"])
def test_a_form_that_was_tampered_with_is_refused(presigner: Presigner, store: Store, name: str) -> None:
    post = made(presigner, store, "posted/tampered")
    value = post["fields"][name]
    changed = {name.replace("-", "_"): ("0" if value[-1] != "0" else "1").join([value[:-1], ""])}
    assert posted(post, b"x", **changed).status in (400, 403)


def test_a_field_without_a_condition_is_refused_where_check_says_so(ceph: Store) -> None:
    post = made(presigner_for(ceph), ceph, "posted/extra")
    assert posted(post, b"x", x_amz_meta_extra="1").status == 403
    assert ["Field x-amz-meta-extra has no condition in the policy."] == post.check(
        fields={"x-amz-meta-extra": "1"}
    )
    assert posted(post, b"x", x_ignore_this="1").status == 204


def test_a_form_with_a_length_over_the_limit_is_refused_however_it_is_sent(
    presigner: Presigner, store: Store
) -> None:
    post = made(presigner, store, "posted/over", max_size=100_000)
    assert [204, 400] == [posted(post, b"x" * size).status for size in (100_000, 100_001)]


def test_a_form_that_is_over_is_refused(store: Store) -> None:
    long_ago = datetime(2026, 1, 2, tzinfo=timezone.utc)
    post = made(presigner_for(store, now=long_ago), store, "posted/late")
    assert posted(post, b"x").status in (400, 403)
    assert ["The policy has expired at 2026-01-02 00:15:00 UTC."] == post.check(
        now=datetime.now(timezone.utc)
    )
