"""How stores that are not AWS read S3's requests: one row each, no branches.

A store is known by its endpoint's host. A row says what is refused before a URL is made
that the store could only refuse later; MinIO and Ceph run under any host and have none.

Sources: the stores' own pages on S3, which ``docs/how-to/stores`` names for each row.
"""

from __future__ import annotations

from .errors import InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Dialect", "dialect_of"]


class Dialect:
    """What one store does its own way.

    ``forms``: whether it takes POST policies. ``path``: what the endpoint's path has to
    be. ``refused``: headers and parameters that it does not take, by the reason. Which
    region it wants is on its page alone: a URL for a store of that name elsewhere may
    have another.
    """

    __slots__ = ("forms", "name", "path", "refused", "suffix")

    def __init__(
        self,
        name: str,
        suffix: str,
        refused: dict[str, str] | None = None,
        *,
        forms: bool = True,
        path: str = "",
    ) -> None:
        self.name = name
        self.suffix = suffix
        self.refused = {name: why for why, names in (refused or {}).items() for name in names.split()}
        self.forms = forms
        self.path = path

    def check(self, field: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Refuse what the store does not take in ``headers`` or ``query``, whichever ``field`` is."""
        for name, _ in pairs:
            if name.lower() in self.refused:
                raise InvalidInputError(field, f"free of {name} at {self.name}: {self.refused[name.lower()]}")

    def check_forms(self) -> None:
        """Refuse forms where the store takes none."""
        if not self.forms:
            raise InvalidInputError(
                "endpoint_url", f"at a store that takes forms: {self.name} does not, use PUT"
            )


_NO_TAGS = {"it has no object tags, use metadata": "x-amz-tagging"}
_NO_ACLS = {"it has no ACLs for objects, access is set on the bucket": "x-amz-acl"}
_NO_ACCOUNTS = {
    "it does not look at who owns the bucket": "x-amz-expected-bucket-owner",
    "its requesters do not pay": "x-amz-request-payer",
}
_SSE = "x-amz-server-side-encryption"
_NO_KMS = {"it has no keys of a KMS": f"{_SSE}-aws-kms-key-id {_SSE}-context"}
_NO_ENCRYPTION = {"it leaves no choice of encryption": _SSE, **_NO_KMS}

DIALECTS = (
    Dialect(
        "Cloudflare R2",
        ".r2.cloudflarestorage.com",
        {**_NO_TAGS, **_NO_ACLS, **_NO_ACCOUNTS, **_NO_ENCRYPTION},
        forms=False,
    ),
    Dialect(
        "Google Cloud Storage",
        "storage.googleapis.com",
        {
            **_NO_TAGS,
            "its front end rewrites that header, and so breaks the signature": "accept-encoding",
        },
    ),
    Dialect("Backblaze B2", ".backblazeb2.com", {**_NO_TAGS, **_NO_KMS}, forms=False),
    Dialect(
        "DigitalOcean Spaces", ".digitaloceanspaces.com", {"its requesters do not pay": "x-amz-request-payer"}
    ),
    Dialect("Wasabi", ".wasabisys.com"),
    Dialect(
        "Supabase",
        ".supabase.co",
        {
            **_NO_TAGS,
            **_NO_ACLS,
            **_NO_ACCOUNTS,
            **_NO_ENCRYPTION,
            "it takes no customer's keys": f"{_SSE}-customer-key",
            "it compares no MD5": "content-md5",
            "it keeps no versions": "versionid",
        },
        path="/storage/v1/s3",
    ),
)


def dialect_of(host: str, path: str) -> Dialect | None:
    """Return the row of the store at ``host``, or None for a store that is not known.

    Raises InvalidInputError where the endpoint lacks the path that the store is under.
    """
    for dialect in DIALECTS:
        if host.endswith(dialect.suffix):
            if dialect.path and path != dialect.path:
                raise InvalidInputError("endpoint_url", f"one with the path {dialect.path} at {dialect.name}")
            return dialect
    return None
