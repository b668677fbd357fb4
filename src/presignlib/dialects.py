"""How stores that are not AWS read S3's requests: one row each, no branches.

A store is known by its endpoint's host. A row says what is refused before a URL is made
that the store could only refuse later; MinIO and Ceph run under any host and have none.

Sources: the stores' own pages on S3 compatibility, named in ``docs/how-to/stores``.
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
    be. ``headers``: those that it does not take, each with what to do. Which region it
    wants is on its page alone: a URL for a store of that name elsewhere may have another.
    """

    __slots__ = ("forms", "headers", "name", "path", "suffix")

    def __init__(
        self,
        name: str,
        suffix: str,
        *,
        forms: bool = True,
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.suffix = suffix
        self.forms = forms
        self.path = path
        self.headers = headers or {}

    def check_headers(self, names: Iterable[str]) -> None:
        """Refuse headers that the store does not take."""
        for name in names:
            if name.lower() in self.headers:
                raise InvalidInputError(
                    "headers", f"free of {name} at {self.name}: {self.headers[name.lower()]}"
                )

    def check_forms(self) -> None:
        """Refuse forms where the store takes none."""
        if not self.forms:
            raise InvalidInputError(
                "endpoint_url", f"at a store that takes forms: {self.name} does not, use PUT"
            )


_NO_TAGS = "it has no object tags, use metadata"
_NO_ACLS = "it has no ACLs, access is set on the bucket"

DIALECTS = (
    Dialect(
        "Cloudflare R2",
        ".r2.cloudflarestorage.com",
        forms=False,
        headers={
            "x-amz-tagging": _NO_TAGS,
            "x-amz-acl": _NO_ACLS,
            "x-amz-checksum-mode": "it refuses that header",
        },
    ),
    Dialect(
        "Google Cloud Storage",
        "storage.googleapis.com",
        headers={
            "x-amz-tagging": _NO_TAGS,
            "accept-encoding": "its front end rewrites that header, and so breaks the signature",
        },
    ),
    Dialect("Backblaze B2", ".backblazeb2.com", headers={"x-amz-tagging": _NO_TAGS}),
    Dialect("DigitalOcean Spaces", ".digitaloceanspaces.com"),
    Dialect("Wasabi", ".wasabisys.com"),
    Dialect("Supabase", ".supabase.co", path="/storage/v1/s3"),
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
