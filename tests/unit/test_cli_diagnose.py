"""inspect, verify and diagnose on the command line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import presign_get, presign_post, presign_put
from presignlib.cli import main

from .samples import CREDENTIALS

if TYPE_CHECKING:
    from pathlib import Path

WHERE: dict[str, Any] = {"region": "us-east-1", "credentials": CREDENTIALS}
DENIED = b"<Error><Code>NoSuchKey</Code></Error>"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, _clean_environment: None) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    return code, capsys.readouterr().out


def fed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def url() -> str:
    return str(presign_get("bucket", "a/b.txt", version_id="1", **WHERE))


def test_inspect_writes_a_line_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "inspect", url())
    assert 0 == code
    assert "bucket:            bucket\nkey:               a/b.txt\n" in out
    assert "query:             versionId=1\n" in out


def test_inspect_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "inspect", url().partition("&X-Amz-Signature")[0])
    assert 4 == code
    assert "problem:           The URL lacks X-Amz-Signature: the URL is cut short\n" in out


def test_inspect_reads_a_url_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fed(monkeypatch, url().encode() + b"\n")
    code, out = run(capsys, "inspect", "-", "-o", "json")
    assert (0, "bucket") == (code, json.loads(out)["bucket"])


def test_a_form_is_inspected_and_diagnosed_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    form = presign_post("bucket", "k", max_size=5, content_type="image/*", **WHERE)
    fed(monkeypatch, json.dumps(form).encode())
    assert "key:               k\n" in run(capsys, "inspect", "-")[1]
    fed(monkeypatch, b"<Error><Code>EntityTooLarge</Code></Error>")
    assert run(capsys, "diagnose", json.dumps(form), "-")[1].startswith("too_large: ")


def test_json_that_is_cut_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["inspect", "{"])
    assert "presignlib: URL must be a URL, or a form as whole JSON\n" == capsys.readouterr().err


def test_bytes_that_are_no_url_are_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fed(monkeypatch, b"https://\xff")
    assert 2 == main(["inspect", "-"])
    assert capsys.readouterr().err.startswith("presignlib: url must be")


def test_nothing_in_a_url_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, "inspect", url().replace("b.txt", "%1B%5B31m"))
    assert "key:               a/\\x1b[31m\n" in out


def test_a_dead_url_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, "inspect", url().replace("=20", "=19"))
    assert "signed at" not in out
    _, out = run(capsys, "inspect", url().replace("Expires=900", "Expires=0"))
    assert "is expired:        yes\n" in out


def test_what_is_no_url_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["inspect", "x"])
    assert "presignlib: url must be" in capsys.readouterr().err


def test_verify_tells_a_genuine_url(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "verify", url())
    assert 0 == code
    assert out.startswith("genuine: bucket/a/b.txt by AKIAIOSFODNN7EXAMPLE, until 20")
    code, out = run(capsys, "verify", url(), "-o", "json")
    assert (0, True) == (code, json.loads(out)["verified"])


def test_verify_takes_method_headers_and_pins(capsys: pytest.CaptureFixture[str]) -> None:
    upload = presign_put("bucket", "k", content_type="text/plain", **WHERE)
    sent = ["--method", "PUT", "--header", "Content-Type: text/plain", "--region", "us-east-1"]
    assert 0 == run(capsys, "verify", str(upload), *sent)[0]
    assert 4 == run(capsys, "verify", str(upload), *sent, "--max-expires", "1m")[0]


def test_verify_refuses_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "verify", url() + "0")
    assert (4, "refused: the signature is not that of this request by a known key\n") == (code, out)
    code, out = run(capsys, "verify", url() + "0", "-o", "json")
    assert (4, False, "bucket") == (code, json.loads(out)["verified"], json.loads(out)["bucket"])


def test_verify_without_credentials_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert 3 == main(["verify", url()])


def test_a_genuine_url_of_another_service_has_a_host(capsys: pytest.CaptureFixture[str]) -> None:
    from presignlib import presign

    api = str(presign("GET", "https://api.example.com/a", service="execute-api", **WHERE))
    assert run(capsys, "verify", api, "--service", "execute-api")[1].startswith(
        "genuine: api.example.com by "
    )


def test_a_header_without_a_colon_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["verify", url(), "--header", "x"])
    assert 2 == caught.value.code
    assert "--header: must be of the form 'Name: value'" in capsys.readouterr().err


def test_diagnose_reads_an_answer_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fed(monkeypatch, b"HTTP/1.1 404 Not Found\r\n\r\n" + DENIED)
    code, out = run(capsys, "diagnose", url(), "-")
    assert (4, "no_such_key: The object does not exist") == (code, out.splitlines()[0])


def test_diagnose_reads_an_answer_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "answer.xml"
    path.write_bytes(DENIED)
    code, out = run(capsys, "diagnose", url(), str(path), "-o", "json")
    assert (4, "no_such_key") == (code, json.loads(out)["code"])


def test_diagnose_tries_credentials_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = url()[:-1] + ("0" if url()[-1] != "0" else "1")
    assert 0 == run(capsys, "diagnose", wrong)[0]
    code, out = run(capsys, "diagnose", wrong, "--try-credentials")
    assert (4, True) == (code, out.startswith("wrong_secret: "))


def test_diagnose_takes_a_status_and_headers(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(
        capsys, "diagnose", url(), "--status", "403", "--method", "GET", "--header", "x-amz-acl: private"
    )
    assert out.startswith("headers_not_signed: ")


def test_url_and_answer_can_not_both_be_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["diagnose", "-", "-"])


def test_a_file_that_is_not_there_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert 2 == main(["diagnose", url(), str(tmp_path / "no")])
    assert "RESPONSE must be a file that can be read" in capsys.readouterr().err
