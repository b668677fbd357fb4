from __future__ import annotations

import socket
import threading
from typing import cast

import pytest

from presignlib.providers._http import (
    ATTEMPTS,
    IN_ALL,
    Answer,
    Calls,
    NoAnswerError,
    Request,
    Wire,
    _addresses,
    _Timed,
)

from .fakes import FakeTransport, answer

ASKED = Request("GET", "http://169.254.170.2/")


def test_the_first_good_answer_is_taken() -> None:
    wire = FakeTransport(answer("good"))
    assert Calls(wire).ask(ASKED).body == b"good"
    assert [] == wire.pauses


@pytest.mark.parametrize("status", [200, 301, 400, 401, 404])
def test_what_the_server_means_is_an_answer(status: int) -> None:
    assert status == Calls(FakeTransport(answer("", status))).ask(ASKED).status


@pytest.mark.parametrize(
    "failure", [answer("", 500), answer("", 503), answer("", 429), NoAnswerError("silence")]
)
def test_a_failure_is_tried_again_after_a_pause(failure: Answer | NoAnswerError) -> None:
    wire = FakeTransport(failure, failure, answer("good"))
    assert Calls(wire).ask(ASKED).body == b"good"
    assert [0.1, 0.2] == wire.pauses


def test_three_attempts_are_the_end() -> None:
    wire = FakeTransport(*[answer("", 503)] * ATTEMPTS)
    with pytest.raises(NoAnswerError, match="answered 503"):
        Calls(wire).ask(ASKED)
    assert len(wire.requests) == ATTEMPTS


def test_a_failure_that_will_not_change_is_not_tried_again() -> None:
    wire = FakeTransport(NoAnswerError("too much", final=True))
    with pytest.raises(NoAnswerError, match="too much"):
        Calls(wire).ask(ASKED)
    assert len(wire.requests) == 1


def test_all_calls_of_a_conversation_share_five_seconds() -> None:
    wire = FakeTransport(*[answer("good")] * 9)
    wire.takes = 2
    calls = Calls(wire)
    for _ in range(3):
        calls.ask(ASKED)
    assert wire.time == IN_ALL
    with pytest.raises(NoAnswerError, match="did not answer within 5 seconds") as caught:
        calls.ask(ASKED)
    assert caught.value.timed_out


def test_json_is_read_with_or_without_a_mark() -> None:
    assert {"a": 1} == answer('\ufeff{"a": 1}').json()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "answered with nothing where JSON is due"),
        (b"<html>canary</html>", "HTML or XML, as a captive portal or a proxy does, where JSON is due"),
        (b'{"canary": ', "other text, or half of it, where JSON is due"),
        (b"[" * 100_000, "other text, or half of it, where JSON is due"),
        (b"\xff", "bytes that are not UTF-8"),
    ],
)
def test_a_body_that_is_no_json_is_told_by_its_looks(body: bytes, why: str) -> None:
    with pytest.raises(NoAnswerError, match=why) as caught:
        Answer(200, body).json()
    assert "canary" not in str(caught.value)


def test_a_read_that_begins_too_late_is_not_begun() -> None:
    with pytest.raises(TimeoutError, match="timed out"):
        _Timed(cast("socket.socket", None), 0.0).readinto(memoryview(bytearray(1)))


def test_where_no_thread_can_start_a_name_is_looked_up_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str, port: int, **options: int) -> list[tuple[str, int]]:
        if "flags" in options:
            raise socket.gaierror
        return [(host, port)]

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert [("store.test", 80)] == _addresses("store.test", 80, 0.0)


def test_a_connection_that_begins_too_late_is_not_begun() -> None:
    with pytest.raises(NoAnswerError, match="did not answer in time"):
        Wire().send(Request("GET", "http://127.0.0.1:9/"), 0.0)
