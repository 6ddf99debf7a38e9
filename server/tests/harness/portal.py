"""A customer who reads mail, and opens the portal with it."""

import itertools
import re
from dataclasses import dataclass
from typing import Any

from harness.cast import Vendor
from harness.eventually import eventually
from harness.mailbox import Mailbox, Received
from harness.server import Client

LINK = re.compile(r"(\S+[?&]token=([\w-]{43}))\s")
_numbers = itertools.count(1)


@dataclass
class Holder:
    """A customer with a mailbox, and the vendor's license."""

    vendor: Vendor
    mailbox: Mailbox
    email: str
    customer: dict[str, Any]

    @property
    def links_path(self) -> str:
        """Where a link is asked for, in the vendor's mode."""
        mode = "" if self.vendor.mode == "live" else "/test"
        return f"/v1/portal/{self.vendor.account.account_id}{mode}/links"

    def ask(self, email: str | None = None) -> None:
        """Ask for a link."""
        anyone = self.vendor.account.server.client()
        asked = anyone.post(self.links_path, json={"email": email or self.email})
        assert (asked.status_code, asked.json()) == (202, {"object": "portal_link_request"})

    def mails(self) -> list[Received]:
        """All that has come for this customer."""
        return [mail for mail in list(self.mailbox.mails) if self.email in mail.recipients]

    def receive(self) -> Received:
        """Ask for a link, and wait for the mail."""
        before = len(self.mails())
        self.ask()
        return eventually(self.mails, lambda mails: len(mails) > before)[-1]

    def receive_tokens(self) -> list[str]:
        """The tokens of the links in a new mail."""
        return [token for _, token in LINK.findall(self.receive().text)]

    def open(self) -> Client:
        """A session, by way of a new mail."""
        (token,) = self.receive_tokens()
        return self.enter(token)

    def enter(self, token: str) -> Client:
        """A session by this link."""
        server = self.vendor.account.server
        session = server.client().make("/v1/portal/sessions", token=token)
        return server.client(session["access_token"])

    def activate(self, **extra: Any) -> dict[str, Any]:
        """A machine of the vendor's license."""
        machine = {"license_id": self.vendor.license["id"], "fingerprint": f"m{next(_numbers)}"}
        return self.vendor.api.make("/v1/activations", **{**machine, **extra})


def make_holder(vendor: Vendor, mailbox: Mailbox, email: str | None = None, **extra: Any) -> Holder:
    """A customer who holds the vendor's license."""
    email = email or f"dora{next(_numbers)}@example.com"
    customer = vendor.api.make("/v1/customers", email=email, **{"name": "Dora", **extra})
    vendor.api.make_patch(f"/v1/licenses/{vendor.license['id']}", customer_id=customer["id"])
    return Holder(vendor, mailbox, email, customer)
