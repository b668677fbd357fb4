"""``presignlib.boto``'s operations against the model of S3 that botocore carries."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from presignlib import Credentials, InvalidInputError, boto

WHERE: Any = {"region": "us-east-1", "credentials": Credentials("AKIDEXAMPLE", "secret")}
MODEL = Session().get_service_model("s3")
THEIRS = {
    "".join(f"_{c.lower()}" if c.isupper() else c for c in name)[1:]: name for name in MODEL.operation_names
}
# What the model has and a URL can't sign as boto3 would: it makes boto3 hash a body.
NOT_HERE = {("put_object", "ChecksumAlgorithm"), ("upload_part", "ChecksumAlgorithm")}


def members() -> list[Any]:
    """Return operation, parameter, whether it is a header, and its name on the wire."""
    rows = []
    for operation in boto.OPERATIONS:
        shape: Any = MODEL.operation_model(THEIRS[operation]).input_shape
        for name, member in shape.members.items():
            place, wire = member.serialization.get("location"), member.serialization.get("name")
            if place in ("header", "querystring"):
                rows.append(pytest.param(operation, name, place == "header", wire, id=f"{operation}-{name}"))
    return rows


@pytest.mark.parametrize(("operation", "name", "in_header", "wire"), members())
def test_a_parameter_is_written_where_the_model_says(
    operation: str, name: str, in_header: bool, wire: str
) -> None:
    target = {"Bucket": "bucket"} | (
        {"Key": "k"} if boto.OPERATIONS[operation].split()[1].startswith("key") else {}
    )
    params = {**target, name: "2026" * 8}
    if (operation, name) in NOT_HERE:
        with pytest.raises(InvalidInputError, match=rf"^Params must be of {operation}'s .* got '{name}'"):
            boto.generate_presigned_url(operation, params, **WHERE)
        return
    url = boto.generate_presigned_url(operation, params, **WHERE)
    names = url.headers if in_header else [one.partition("=")[0] for one in url.partition("?")[2].split("&")]
    assert (wire.lower() if in_header else wire) in names


@pytest.mark.parametrize("operation", boto.OPERATIONS)
def test_an_operation_has_the_models_method_path_and_parameters(operation: str) -> None:
    method, subject, *names = boto.OPERATIONS[operation].split()
    model = MODEL.operation_model(THEIRS[operation])
    subject, _, query = subject.partition("?")
    path = "/{Bucket}" if subject == "bucket" else "/{Bucket}/{Key+}"
    assert (model.http["method"], model.http["requestUri"]) == (method, path + (f"?{query}" if query else ""))
    assert {one.partition("=")[0] for one in names} <= set(model.input_shape.members)
