"""What stands in for sockets, clocks and processes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from presignlib.providers._http import Answer, NoAnswerError, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class FakeTransport:
    """Answers requests from a list or by a function, and remembers them."""

    def __init__(
        self, *answers: Answer | NoAnswerError, by: Callable[[Request], Answer] | None = None
    ) -> None:
        self.answers = list(answers)
        self.by = by
        self.requests: list[Request] = []
        self.pauses: list[float] = []
        self.time = 0.0
        self.takes = 0.0  # seconds that each answer takes

    def send(self, request: Request, seconds: float) -> Answer:
        self.requests.append(request)
        self.time += min(self.takes, seconds)
        if self.by is not None:
            return self.by(request)
        answer = self.answers.pop(0)
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    def now(self) -> float:
        return self.time


def iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(until: datetime = NOON + timedelta(hours=6), **changes: object) -> dict[str, object]:
    """Return what a metadata service says of a role's credentials."""
    fields: dict[str, object] = {
        "Code": "Success",
        "Type": "AWS-HMAC",
        "AccessKeyId": "ASIAEXAMPLE",
        "SecretAccessKey": "secret/example",
        "Token": "token//example==",
        "Expiration": iso(until),
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def answer(body: Mapping[str, object] | str | bytes = b"", status: int = 200) -> Answer:
    if isinstance(body, bytes):
        return Answer(status, body)
    return Answer(status, (body if isinstance(body, str) else json.dumps(body)).encode())


def sts_answer(
    action: str = "AssumeRole", until: datetime = NOON + timedelta(hours=1), key: str = "ASIAROLE"
) -> Answer:
    """Return what STS answers, as its API reference prints it."""
    return answer(
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
        f"<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/demo/s</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>role/secret</SecretAccessKey>"
        f"<SessionToken>role//token==</SessionToken><Expiration>{iso(until)}</Expiration></Credentials>"
        f"</{action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    )


def sts_error(code: str, status: int = 403) -> Answer:
    return answer(
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>User canary-arn is not authorized</Message></Error></ErrorResponse>",
        status,
    )
