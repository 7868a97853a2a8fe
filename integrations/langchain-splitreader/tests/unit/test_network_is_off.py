import socket

import pytest


def attempts():
    """What each way to the network comes to."""
    found = []
    with (
        socket.socket() as stream,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
    ):
        for attempt in (
            lambda: stream.connect(("127.0.0.1", 9)),
            lambda: stream.connect_ex(("127.0.0.1", 9)),
            lambda: datagrams.sendto(b"x", ("127.0.0.1", 9)),
            lambda: datagrams.sendto(b"x", 0, ("127.0.0.1", 9)),
            lambda: socket.getaddrinfo("localhost", 9),
            lambda: socket.create_connection(("localhost", 9)),
        ):
            try:
                attempt()
            except (pytest.fail.Exception, OSError) as error:
                found.append(str(error))
    return found


@pytest.fixture(scope="module")
def in_a_module_fixture():
    return attempts()


@pytest.fixture(scope="session")
def in_a_session_fixture():
    return attempts()


def test_every_way_is_refused_also_in_wider_fixtures(in_a_module_fixture, in_a_session_fixture):
    for found in (attempts(), in_a_module_fixture, in_a_session_fixture):
        assert len(found) == 6
        assert all(text.startswith("a unit test") for text in found)


def test_unix_sockets_work():
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"
