import socket

import pytest


def test_the_fixture_refuses_a_connection():
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match="connects to"):
        client.connect(("127.0.0.1", 9))
