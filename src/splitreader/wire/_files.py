"""Files on the service."""

from __future__ import annotations

from pydantic import Field

from splitreader.wire._model import Moment, WireModel


class PresignedURL(WireModel):
    """Where a file's bytes can be had for a while. Whoever has the URL can read the file.

    Args:
        url: to GET, without key or cookie.
        expires_at: until when.
    """

    url: str = Field(repr=False)
    expires_at: Moment | None = None


class CloudFile(WireModel):
    """An uploaded file.

    Args:
        id: what jobs call it.
        name: with its extension.
        project_id: whose it is.
        external_file_id: the uploader's own name for it.
        file_type: such as ``"pdf"``.
        purpose: what it was uploaded for.
        last_modified_at, expires_at: when.
        download_url: its bytes, where the service was asked for that.
    """

    id: str
    name: str
    project_id: str | None = None
    external_file_id: str | None = None
    file_type: str | None = None
    purpose: str | None = None
    last_modified_at: Moment | None = None
    expires_at: Moment | None = None
    download_url: PresignedURL | None = None
