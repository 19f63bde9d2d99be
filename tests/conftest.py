"""What every test gets. The people are in cast.py, the records in factories.py."""

import ipaddress
import socket

import pytest

LOCAL_NAMES = {"localhost", ""}
connect = socket.socket.connect


def is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in LOCAL_NAMES


def connect_locally(self: socket.socket, address: object) -> None:
    if not is_local(address):
        raise AssertionError(f"A test wanted the network: {address}")
    connect(self, address)


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Fail a test that talks to anything but this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield


def pytest_collection_modifyitems(items):
    """Whatever lies in tests/browser needs a browser: mark it, once, here."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
