"""The same page over two stores that others wrote: JuiceFS answers scripts of any origin, Swift of none."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ..integration.demo import Demo, demo
from ..servers.conftest import not_here, presigner_for
from ..servers.exchange import follow
from ..servers.install import UnavailableError
from ..servers.stores import Store, running
from .test_page import PART, file_of, panel, row, text_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    Opened = Callable[..., Page]

pytestmark = pytest.mark.servers


def started(name: str) -> Iterator[Store]:
    try:
        with running(name) as store:
            for key, body in (("hello.txt", b"from another store"), ("notes/é & <b>.txt", b"x")):
                follow(presigner_for(store).put(store.bucket, key, content_type="text/plain"), body)
            yield store
    except UnavailableError as error:
        not_here(error, name)


@pytest.fixture(scope="module")
def juicefs() -> Iterator[Store]:
    yield from started("juicefs")


@pytest.fixture(scope="module")
def swift() -> Iterator[Store]:
    yield from started("swift")


@contextmanager
def over(store: Store, *arguments: str, **changed: Any) -> Iterator[Demo]:
    where = ("--bucket", store.bucket, "--region", store.region, "--endpoint-url", store.endpoint_url)
    keys = {
        "AWS_ACCESS_KEY_ID": store.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": store.keys.secret_access_key,
    }
    os.environ.update(keys)  # bare_environment takes them out again
    with demo(*where, *arguments, **changed) as one:
        yield one


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("name", ["juicefs", "swift"])
def test_links_work_with_and_without_a_script(
    name: str, scripts: bool, opened: Opened, request: pytest.FixtureRequest
) -> None:
    with over(request.getfixturevalue(name)) as page_of:
        page = opened(page_of.address, java_script_enabled=scripts)
        assert "from another store" in text_behind(page, row(page, "hello.txt").locator(".signed"))


def test_the_form_works_without_a_script(opened: Opened, juicefs: Store, tmp_path: Path) -> None:
    """JuiceFS alone: Swift takes no forms."""
    with over(juicefs) as page_of:
        page = opened(page_of.address, java_script_enabled=False)
        page.get_by_text("Upload by a form").click()
        page.locator("#post input[type=file]").set_input_files(file_of(tmp_path / "form é.txt", b"by form"))
        page.get_by_role("button", name="Upload", exact=True).click()
        row(page, "form é.txt")
        assert "Uploaded form é.txt" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("name", ["juicefs", "swift"])
def test_deleting_works_without_a_script(name: str, opened: Opened, request: pytest.FixtureRequest) -> None:
    with over(request.getfixturevalue(name)) as page_of:
        page = opened(page_of.address, java_script_enabled=False)
        row(page, "notes/é & <b>.txt").locator("summary", has_text="Delete").click()
        row(page, "notes/é & <b>.txt").get_by_role("button", name="Delete it").click()
        page.get_by_text("Deleted notes/é & <b>.txt").wait_for()


def test_an_expired_link_is_shown_with_the_stores_own_words(opened: Opened, juicefs: Store) -> None:
    with over(juicefs, "--expires", "2") as page_of:
        page = opened(page_of.address)
        text = panel(page)
    assert "signed: 403" in text
    assert "<Code>AccessDenied</Code>" in text
    assert "expired: " in text


def test_files_are_uploaded_whole_and_in_parts(opened: Opened, juicefs: Store, tmp_path: Path) -> None:
    content = os.urandom(2 * PART + 1)
    with over(juicefs, large=PART, part=PART) as page_of:
        page = opened(page_of.address)
        files = [file_of(tmp_path / "small.txt", b"small"), file_of(tmp_path / "large.bin", content)]
        page.set_input_files("#files", files)
        row(page, "large.bin")
        row(page, "small.txt")
        read = follow(presigner_for(juicefs).get(juicefs.bucket, "large.bin"))
    assert content == read.body


def test_an_upload_in_parts_resumes(opened: Opened, juicefs: Store, tmp_path: Path) -> None:
    content = os.urandom(2 * PART + 1)
    with over(juicefs, large=PART, part=PART) as page_of:
        page = opened(page_of.address)
        page.route("**partNumber=2**", lambda route: route.abort())
        path = file_of(tmp_path / "resumed.bin", content)
        page.set_input_files("#files", path)
        page.get_by_text("did not answer").wait_for()
        page.unroute("**partNumber=2**")
        page.goto(page_of.address)
        page.set_input_files("#files", path)
        row(page, "resumed.bin")
        read = follow(presigner_for(juicefs).get(juicefs.bucket, "resumed.bin"))
    assert content == read.body


def test_a_store_that_sends_browsers_elsewhere_is_said_to(opened: Opened, juicefs: Store) -> None:
    """MinIO's code sends an unsigned request of a browser to its console."""
    with over(juicefs) as page_of:
        page = opened(page_of.address)
        row(page, "hello.txt").get_by_role("button", name="Why").click()
        assert "The store sends browsers on to" in panel(page)


def test_a_store_without_cors_is_said_to_answer_no_script(
    chromium: Any, swift: Store, tmp_path: Path
) -> None:
    with over(swift) as page_of:  # not by opened(): the console tells of CORS, too
        page = chromium.new_page()
        page.goto(page_of.address)
        row(page, "hello.txt").get_by_role("button", name="Why").click()
        assert "its CORS rules do not name http://127.0.0.1:" in panel(page)
        assert "The URL is not signed" in panel(page)
        page.set_input_files("#files", file_of(tmp_path / "new.txt", b"x"))
        page.locator("#jobs").get_by_text("links and deleting work without").wait_for()
        page.close()
