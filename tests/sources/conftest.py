import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

import pytest

from sources.website import Site


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def tls_site(tls_context):
    site = Site(tls_context)
    yield site
    site.close()


@pytest.fixture
def spool_folder(tmp_path, monkeypatch):
    """Where temporary files are made; empty if nothing stayed behind."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for packets.example, valid for a day, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    path = Path(tmp_path_factory.mktemp("tls"), "site.pem")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=packets.example",
         "-addext", "subjectAltName=DNS:packets.example", "-keyout", path, "-out", f"{path}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture
def tls_context(certificate, monkeypatch):
    """For a server; clients that look at SSL_CERT_FILE trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
