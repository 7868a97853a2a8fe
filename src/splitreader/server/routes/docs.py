"""``/docs``: the OpenAPI description as a page, without anything from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>splitreader serve</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
_TYPES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


@router.get("/docs")
def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


@router.get("/docs/start.js")
def start() -> Response:
    """What starts the page: a file, so that its policy can forbid scripts in the page."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}")
def part(name: str) -> FileResponse:
    """The page's script and style, from the package that brings Swagger UI along."""
    if name not in _TYPES:
        raise HTTPException(404, "Not Found")
    path = Path(str(files("fastapi_offline"))) / "static" / name
    return FileResponse(path, media_type=_TYPES[name], headers={"Cache-Control": "max-age=86400"})
