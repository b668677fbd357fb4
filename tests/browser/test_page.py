"""The page over its own store, as a reader sees and uses it."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, Presigner, inspect_url
from presignlib.demo import _bucket

from ..integration.demo import Demo, demo
from ..integration.loopback import http, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page, Route

    Opened = Callable[..., Page]

PART = 5 * 1024**2  # no part but the last may be smaller


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The samples, in a folder that a test can look into."""
    home = tmp_path / "bucket"
    home.mkdir()
    _bucket.write_samples(home)
    return home


@pytest.fixture
def running(folder: Path) -> Iterator[Demo]:
    with demo(str(folder), large=6 * 1024**2, part=PART) as one:
        yield one


def row(page: Page, name: str) -> Locator:
    """Return the row of an object; it has to come."""
    found = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    found.wait_for()
    return found


def text_behind(page: Page, link: Locator) -> str:
    """Click a link, and return what the browser shows in the new tab."""
    with page.expect_popup() as popup:
        link.click()
    popup.value.wait_for_load_state()
    return popup.value.content()


def panel(page: Page) -> str:
    page.locator("#panel:not([hidden])").wait_for()
    return page.locator("#panel").inner_text()


def file_of(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# ---- Links


@pytest.mark.parametrize("scripts", [True, False])
def test_a_click_on_the_unsigned_link_is_denied(scripts: bool, opened: Opened, running: Demo) -> None:
    page = opened(running.address, java_script_enabled=scripts)
    link = row(page, "hello.txt").get_by_role("link", name="Unsigned link to hello.txt")
    assert "AccessDenied" in text_behind(page, link)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_click_on_the_signed_link_gives_the_bytes(scripts: bool, opened: Opened, running: Demo) -> None:
    page = opened(running.address, java_script_enabled=scripts)
    link = row(page, "hello.txt").get_by_role("link", name="Signed link to hello.txt", exact=True)
    assert "You hold a signed link" in text_behind(page, link)


def test_the_unsigned_links_refusal_is_explained(opened: Opened, running: Demo) -> None:
    page = opened(running.address)
    row(page, "picture.png").get_by_role("button", name="Why").click()
    text = panel(page)
    assert "picture.png, unsigned: 403" in text
    assert "<Code>AccessDenied</Code>" in text
    assert "The URL is not signed" in text


def test_the_countdown_ends_and_the_store_says_so(opened: Opened, folder: Path) -> None:
    with demo(str(folder), "--expires", "6") as running:
        page = opened(running.address)
        assert re.fullmatch(r"0:0[0-6]", row(page, "hello.txt").locator("time").inner_text())
        page.locator("time.dead").first.wait_for()
        assert {"expired"} == set(page.locator("time").all_inner_texts())
        text = panel(page)
    assert "signed: 403" in text
    assert "Request has expired" in text
    assert "expired: The URL expired" in text


def test_the_object_that_was_used_last_is_the_one_that_is_asked_for(opened: Opened, folder: Path) -> None:
    with demo(str(folder), "--expires", "6") as running:
        page = opened(running.address)
        text_behind(page, row(page, "picture.png").locator(".signed"))
        assert "picture.png, signed: 403" in panel(page)


def test_links_live_as_long_as_the_reader_chooses(opened: Opened, running: Demo) -> None:
    page = opened(running.address)
    page.get_by_label("Signed links live").select_option("10 minutes")
    page.get_by_role("button", name="Sign new links").click()
    page.wait_for_url("**expires=600")
    link = page.locator(".signed").first.get_attribute("href")
    assert link is not None
    assert (600, "600") == (inspect_url(link).expires, page.get_by_label("Signed links live").input_value())


def test_the_signed_link_can_be_copied(opened: Opened, running: Demo) -> None:
    page = opened(running.address, permissions=["clipboard-read", "clipboard-write"])
    one = row(page, "hello.txt")
    one.get_by_role("button", name="Copy the signed link").click()
    one.get_by_text("Copied").wait_for()
    assert one.locator(".signed").get_attribute("href") == page.evaluate("navigator.clipboard.readText()")


def test_the_signed_link_can_be_copied_where_the_browser_has_no_clipboard(
    opened: Opened, running: Demo
) -> None:
    page = opened(running.address)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    one = row(page, "hello.txt")
    one.get_by_role("button", name="Copy the signed link").click()
    one.get_by_text("Copied").wait_for()
    assert 0 == page.locator("textarea").count()


def test_the_curl_command_opens(opened: Opened, running: Demo) -> None:
    page = opened(running.address)
    one = row(page, "hello.txt")
    one.get_by_text("curl").first.click()
    assert "curl --fail-with-body" in one.locator("pre").inner_text()
    page.keyboard.press("Escape")
    one.locator("pre").wait_for(state="hidden")


# ---- Uploads


def test_a_file_is_uploaded_by_the_button_and_is_there_after_a_reload(
    opened: Opened, running: Demo, tmp_path: Path
) -> None:
    page = opened(running.address)
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Choose files").click()
    chooser.value.set_files(file_of(tmp_path / "mine & <i>.txt", b"by the button"))
    row(page, "mine & <i>.txt")
    assert "Uploaded mine & <i>.txt" in page.get_by_role("status").inner_text()
    page.goto(running.address)
    assert "by the button" in text_behind(page, row(page, "mine & <i>.txt").locator(".signed"))


def test_the_lifetime_that_was_chosen_outlives_an_upload(
    opened: Opened, running: Demo, tmp_path: Path
) -> None:
    page = opened(f"{running.address}?expires=600")
    page.set_input_files("#files", file_of(tmp_path / "mine.txt", b"mine"))
    page.get_by_text("Uploaded mine.txt").wait_for()
    assert "600" == page.get_by_label("Signed links live").input_value()


def test_files_are_uploaded_by_dropping_them(opened: Opened, running: Demo, folder: Path) -> None:
    page = opened(running.address)
    data = page.evaluate_handle(
        "() => { const d = new DataTransfer();"
        "d.items.add(new File(['dropped'], 'one.txt', {type: 'text/plain'}));"
        "d.items.add(new File(['dropped'], 'two.unknown')); return d; }"
    )
    page.dispatch_event("#drop", "dragover", {"dataTransfer": data})
    assert "over" in (page.locator("#drop").get_attribute("class") or "")
    page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    row(page, "two.unknown")
    assert [b"dropped"] * 2 == [(folder / name).read_bytes() for name in ("one.txt", "two.unknown")]


def test_an_empty_file_is_uploaded(opened: Opened, running: Demo, folder: Path, tmp_path: Path) -> None:
    page = opened(running.address)
    page.set_input_files("#files", file_of(tmp_path / "empty.txt", b""))
    row(page, "empty.txt")
    assert b"" == (folder / "empty.txt").read_bytes()


def test_an_object_is_replaced_only_where_the_reader_says_so(
    opened: Opened, running: Demo, folder: Path, tmp_path: Path
) -> None:
    page = opened(running.address)
    path = file_of(tmp_path / "hello.txt", b"other")
    page.set_input_files("#files", path)
    page.get_by_text("is there already: choose to replace it").wait_for()
    assert b"other" != (folder / "hello.txt").read_bytes()
    page.get_by_label("replace objects of the same name").check()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**key=hello.txt")
    assert b"other" == (folder / "hello.txt").read_bytes()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_uploaded_by_the_form(
    scripts: bool, opened: Opened, running: Demo, folder: Path, tmp_path: Path
) -> None:
    page = opened(running.address, java_script_enabled=scripts)
    page.get_by_text("Upload by a form").click()
    page.locator("#post input[type=file]").set_input_files(file_of(tmp_path / "form é.txt", b"by the form"))
    assert ("text/plain" if scripts else "application/octet-stream") == page.get_by_label(
        "Type"
    ).input_value()
    page.get_by_role("button", name="Upload", exact=True).click()
    row(page, "form é.txt")
    assert "Uploaded form é.txt" in page.get_by_role("status").inner_text()
    assert b"by the form" == (folder / "form é.txt").read_bytes()


def test_a_large_file_goes_in_parts(opened: Opened, running: Demo, folder: Path, tmp_path: Path) -> None:
    content = os.urandom(2 * PART + 12_345)
    page = opened(running.address)
    sent: list[str] = []
    page.on("request", lambda request: sent.extend(re.findall(r"partNumber=(\d+)", request.url)))
    page.set_input_files("#files", file_of(tmp_path / "large.bin", content))
    row(page, "large.bin")
    assert ({"1", "2", "3"}, content) == (set(sent), (folder / "large.bin").read_bytes())


def test_an_upload_that_broke_off_goes_on_after_a_reload(
    opened: Opened, running: Demo, folder: Path, tmp_path: Path
) -> None:
    content = os.urandom(2 * PART + 1)
    path = file_of(tmp_path / "large.bin", content)
    page = opened(running.address)
    sent: list[str] = []
    page.on("requestfinished", lambda request: sent.extend(re.findall(r"partNumber=(\d+)", request.url)))

    def broken(route: Route) -> None:
        route.abort("connectionreset") if "partNumber=2" in route.request.url else route.continue_()

    page.route("**partNumber**", broken)
    page.set_input_files("#files", path)
    page.get_by_text("did not answer").wait_for()
    assert not (folder / "large.bin").exists()
    page.unroute("**partNumber**")
    page.goto(running.address)
    page.get_by_text("choose the file again to go on").wait_for()
    page.set_input_files("#files", path)
    row(page, "large.bin")
    assert (1, content) == (sent.count("1"), (folder / "large.bin").read_bytes())
    page.goto(running.address)
    assert 0 == page.get_by_text("choose the file again").count()


def test_an_upload_can_be_paused_and_tried_again(
    opened: Opened, running: Demo, folder: Path, tmp_path: Path
) -> None:
    page = opened(running.address)
    held: list[Route] = []
    page.route("**partNumber=1**", lambda route: held.append(route))  # noqa: PLW0108  # it must be a function
    page.set_input_files("#files", file_of(tmp_path / "large.bin", bytes(PART * 2)))
    with page.expect_request("**partNumber=1**"):
        pass
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused.").wait_for()
    page.unroute("**partNumber=1**")
    page.get_by_role("button", name="Try again").click()
    row(page, "large.bin")
    assert bytes(PART * 2) == (folder / "large.bin").read_bytes()


def test_the_bar_shows_how_far_an_upload_is(opened: Opened, running: Demo, tmp_path: Path) -> None:
    page = opened(running.address)
    page.route("**partNumber=2**", lambda _: None)  # it never ends
    page.set_input_files("#files", file_of(tmp_path / "large.bin", bytes(PART * 2)))
    with page.expect_request("**partNumber=2**"):
        pass
    bar = page.get_by_role("progressbar", name="large.bin")
    assert [PART, PART * 2] == bar.evaluate("bar => [bar.value, bar.max]")


def test_an_upload_that_is_given_up_leaves_nothing(opened: Opened, running: Demo, tmp_path: Path) -> None:
    page = opened(running.address)
    page.route("**partNumber=1**", lambda route: route.abort())
    path = file_of(tmp_path / "large.bin", bytes(PART * 2))
    page.set_input_files("#files", path)
    page.get_by_text("did not answer").wait_for()
    page.goto(running.address)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as aborted:
        page.get_by_role("button", name="Discard").click()
    assert 204 == aborted.value.status
    page.locator("#jobs li").wait_for(state="detached")
    page.goto(running.address)
    assert 0 == page.locator("#jobs li").count()


def test_an_upload_that_the_store_forgot_begins_again(
    opened: Opened, running: Demo, folder: Path, tmp_path: Path
) -> None:
    page = opened(running.address)
    page.route("**partNumber=1**", lambda route: route.abort())
    path = file_of(tmp_path / "large.bin", bytes(PART * 2))
    page.set_input_files("#files", path)
    page.get_by_text("did not answer").wait_for()
    name = page.evaluate("Object.keys(localStorage)[0]")
    page.evaluate("name => localStorage.setItem(name, JSON.stringify({id: 'gone', size: 5242880}))", name)
    page.goto(running.address)
    page.unroute("**partNumber=1**")
    page.set_input_files("#files", path)
    row(page, "large.bin")
    assert bytes(PART * 2) == (folder / "large.bin").read_bytes()


# ---- Deleting


@pytest.mark.parametrize("scripts", [True, False])
def test_an_object_is_deleted_after_a_second_click(
    scripts: bool, opened: Opened, running: Demo, folder: Path
) -> None:
    page = opened(f"{running.address}?expires=600", java_script_enabled=scripts)
    row(page, "hello.txt").locator("summary", has_text="Delete").click()
    row(page, "hello.txt").get_by_role("button", name="Delete it").click()
    page.get_by_text("Deleted hello.txt").wait_for()
    assert not (folder / "hello.txt").exists()
    assert "600" == page.get_by_label("Signed links live").input_value()


# ---- What goes wrong


def test_a_name_full_of_markup_is_only_a_name(opened: Opened, folder: Path) -> None:
    name = "<img src=x onerror=alert(1)>\"'&.txt"
    (folder / name).write_bytes(b"mine")
    with demo(str(folder), "--expires", "6") as running:
        page = opened(running.address)
        assert "mine" in text_behind(page, row(page, name).locator(".signed"))
        assert f"{name}, signed: 403" in panel(page)
        assert 0 == page.locator("img").count()


def test_credentials_that_end_while_the_page_is_open_are_told(
    opened: Opened, running: Demo, tmp_path: Path
) -> None:
    page = opened(running.address)
    ended = Credentials("AKIA", "s", "t", expires_at=datetime.now(timezone.utc) - timedelta(seconds=1))
    settings = running.site.settings
    presigner = Presigner(credentials=ended, region="us-east-1", endpoint_url=running.site.store)
    running.site.settings = settings._replace(presigner=presigner)
    page.set_input_files("#files", file_of(tmp_path / "late.txt", b"x"))
    page.locator("#jobs").get_by_text("credentials").wait_for()
    page.goto(running.address)
    assert "Nothing can be signed" in page.get_by_role("alert").inner_text()


def test_a_page_from_an_earlier_start_says_so(opened: Opened, running: Demo, tmp_path: Path) -> None:
    page = opened(running.address)
    running.site.token = "another"
    page.set_input_files("#files", file_of(tmp_path / "late.txt", b"x"))
    page.get_by_text("from an earlier start of the demo: reload it").wait_for()


def test_a_demo_that_has_ended_is_told(opened: Opened, running: Demo, tmp_path: Path) -> None:
    page = opened(running.address)
    page.route("**/sign", lambda route: route.abort())
    page.set_input_files("#files", file_of(tmp_path / "late.txt", b"late"))
    page.get_by_text("has the demo ended?").wait_for()


def test_a_page_that_only_reads_has_links_alone(opened: Opened, folder: Path) -> None:
    with demo(str(folder), changes=False) as running:
        page = opened(running.address)
        row(page, "hello.txt")
        assert (0, 0) == (page.locator("input").count(), page.get_by_text("Delete").count())


ATTEMPTS = """async (url) => {
  const frame = document.createElement("iframe");
  await new Promise((loaded) => { frame.onload = loaded; frame.src = url; document.body.append(frame); });
  const tried = [["", {}], ["sign", {method: "POST", headers: {"x-demo-token": "x"}, body: "{}"}]];
  const read = (path, options) => fetch(url + path, options).then(() => "read", () => "refused");
  return Promise.all(tried.map(([path, options]) => read(path, options)));
}"""
FORM = """([url, token]) => {
  document.body.innerHTML = `<form method="post" action="${url}delete"><input name="token" value="${token}">
    <input name="key" value="hello.txt"></form>`;
  document.querySelector("form").submit();
}"""


def test_another_site_can_neither_frame_nor_read_nor_change(
    chromium: Browser, running: Demo, folder: Path
) -> None:
    """Not by opened(): the console tells of each attempt."""
    with serving(lambda _: http("<title>evil</title><body>", Content_Type="text/html")) as evil:
        page = chromium.new_page()
        page.goto(evil.url)
        assert ["refused", "refused"] == page.evaluate(ATTEMPTS, running.address)
        assert "hello.txt" not in page.frames[1].content()
        with page.expect_response("**/delete") as answer:
            page.evaluate(FORM, [running.address, running.site.token])
        assert 403 == answer.value.status
        page.close()
    assert (folder / "hello.txt").exists()


def test_the_console_has_nothing_to_say(chromium: Browser, running: Demo) -> None:
    said: list[str] = []
    page = chromium.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto(running.address)
    row(page, "hello.txt")
    page.close()
    assert [] == said


# ---- For everyone


FOCUSED = """() => {
  const one = document.activeElement, around = one.closest("label") ?? one;
  const ringed = [one, around].some((each) => getComputedStyle(each).outlineStyle !== "none");
  const name = one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent;
  return `${one.tagName.toLowerCase()} ${name.trim().replace(/\\s+/g, " ")}${ringed ? "" : " WITHOUT RING"}`;
}"""


def focused(page: Page) -> str:
    """Return what has the focus, by its name for those who hear the page."""
    return str(page.evaluate(FOCUSED))


def test_all_can_be_reached_and_used_by_keyboard(opened: Opened, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "hello.txt":
            path.unlink()
    with demo(str(folder)) as running:
        page = opened(running.address)
        walked = []
        for _ in range(13):
            page.keyboard.press("Tab")
            walked.append(focused(page))
        assert [
            "select Signed links live",
            "button Sign new links",
            "a Unsigned link to hello.txt",
            "button Why is the unsigned link to hello.txt refused?",
            "a Signed link to hello.txt",
            "button Copy the signed link to hello.txt",
            "summary curl command for hello.txt",
            "summary Delete hello.txt",
            "input Choose files",
            "input replace objects of the same name",
            "summary Upload by a form, which needs no script",
        ] == [re.sub(r"(select Signed links live).*", r"\1", name) for name in walked[:11]]
        for _ in range(5):
            page.keyboard.press("Shift+Tab")
        while not focused(page).startswith("summary Delete"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert "button Delete it: hello.txt" == focused(page)
        page.keyboard.press("Enter")
        page.get_by_text("Deleted hello.txt").wait_for()


OPEN = "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"
CONTRASTS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const shine = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } };
  return [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && [...e.childNodes]
    .some((n) => n.nodeType === 3 && n.data.trim())).map((e) => {
      const [a, b] = [shine(rgb(getComputedStyle(e).color)), shine(behind(e))].sort((x, y) => y - x);
      return [e.tagName + " " + e.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)]; })
    .filter(([, ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: Any, opened: Opened, folder: Path) -> None:
    """W3C, "Web Content Accessibility Guidelines (WCAG) 2.1", 1.4.3: at least 4.5 to 1."""
    with demo(str(folder), "--expires", "3") as running:
        page = opened(running.address, color_scheme=scheme)
        page.evaluate(OPEN)
        assert [] == page.evaluate(CONTRASTS)
        panel(page)
        assert [] == page.evaluate(CONTRASTS)


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_that_keeps_someone_out(width: int, opened: Opened, folder: Path) -> None:
    """axe-core looks at labels, roles, names and structure, in all that the page can show."""
    from axe_playwright_python.sync_playwright import Axe

    with demo(str(folder), "--expires", "3") as running:
        page = opened(running.address, viewport={"width": width, "height": 800})
        for show in (lambda: page.evaluate(OPEN), lambda: panel(page)):
            show()
            found = Axe().run(page).response
            assert [] == [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
            assert len(found["passes"]) > 40


def test_answers_are_read_out_as_they_come(opened: Opened, running: Demo) -> None:
    page = opened(running.address)
    assert ["polite", "polite"] == [
        page.locator(which).get_attribute("aria-live") for which in ("#panel", "#jobs")
    ]
    assert {"timer"} == set(
        page.locator("time").evaluate_all("all => all.map(one => one.role || one.getAttribute('role'))")
    )


def test_nothing_moves_for_those_who_do_not_want_it(opened: Opened, running: Demo) -> None:
    page = opened(running.address, reduced_motion="reduce")
    assert {"0s"} == set(
        page.locator("button, #drop").evaluate_all(
            "all => all.map(e => getComputedStyle(e).transitionDuration)"
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_fits_the_screen(
    width: int, scheme: Any, opened: Opened, folder: Path, screenshots: Path
) -> None:
    (folder / ("a-very-long-name-" * 8 + ".txt")).write_bytes(b"x" * 1_234_567)
    with demo(str(folder)) as running:
        page = opened(running.address, viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.screenshot(path=screenshots / f"page-{width}-{scheme}.png", full_page=True)
        row(page, "hello.txt").get_by_role("button", name="Why").click()
        panel(page)
        row(page, "hello.txt").get_by_text("curl").first.click()
        row(page, "hello.txt").locator("summary", has_text="Delete").click()
        page.get_by_text("Upload by a form").click()
        page.screenshot(path=screenshots / f"open-{width}-{scheme}.png", full_page=True)
        assert width == page.evaluate("document.documentElement.scrollWidth")
