"""The Split API on your own machine: what LlamaCloud's clients speak, answered by an engine of yours.

Needs the extra ``server``. ``splitreader serve`` runs it; `create_app` is the same as an ASGI application.
"""

from importlib.util import find_spec

from splitreader._errors import ServerNotInstalled

_NEEDED = ("alembic", "fastapi", "fastapi_offline", "python_multipart", "sqlalchemy", "uvicorn")

if _missing := [name for name in _NEEDED if find_spec(name) is None]:
    raise ServerNotInstalled(
        f"the server needs packages that are not installed ({', '.join(_missing)}); "
        "pip install 'splitreader[server]', and try again"
    )

from splitreader.server._app import create_app  # noqa: E402  # only once what it needs is there
from splitreader.server._settings import LOOPBACK_HOSTS, ServerSettings  # noqa: E402
from splitreader.server.access.keys import KeyRing  # noqa: E402

__all__ = ["LOOPBACK_HOSTS", "KeyRing", "ServerSettings", "create_app"]
