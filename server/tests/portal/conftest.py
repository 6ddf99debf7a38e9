"""Servers whose mail arrives, and a customer who reads it."""

from collections.abc import Callable, Iterator

import pytest
from harness.cast import Vendor
from harness.mailbox import Mailbox
from harness.portal import Holder, make_holder
from harness.server import Server


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """Where all mail goes."""
    with Mailbox() as made:
        yield made


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, make_server: Callable[..., Server], mailbox: Mailbox
) -> Server:
    """The shared server of an engine."""
    return make_server(request.param, **mailbox.environment, LICENSEAPI_PORTAL_PER_MINUTE="100000")


@pytest.fixture
def dora(acme: Vendor, mailbox: Mailbox) -> Holder:
    """Acme's customer."""
    return make_holder(acme, mailbox)
