"""The cast: Acme (with its app Paint) and Globex, who must never see each other."""

from dataclasses import dataclass
from typing import Any

from harness.server import Account, Client, Server


@dataclass
class Vendor:
    """An account with a product, a policy and a license in live mode."""

    account: Account
    mode: str
    product: dict[str, Any]
    policy: dict[str, Any]
    license: dict[str, Any]

    _api: Client | None = None

    @property
    def api(self) -> Client:
        """A client with the vendor's secret key, opened anew after each test."""
        if self._api is None or self._api.is_closed:
            self._api = self.account.client(self.mode)
        return self._api

    @property
    def key(self) -> str:
        """The license's key."""
        text: str = self.license["key"]
        return text


def make_vendor(
    server: Server,
    name: str = "Acme",
    *,
    plan: str = "unlimited",
    mode: str = "live",
    **policy: Any,
) -> Vendor:
    """A vendor with one licensed product. `policy`: fields of its policy."""
    account = server.create_account(name, plan=plan)
    api = account.client(mode)
    product = api.make("/v1/products", name="Paint", code="paint")
    made = api.make("/v1/policies", product_id=product["id"], name="Standard", **policy)
    license_ = api.make("/v1/licenses", policy_id=made["id"], name="First")
    return Vendor(account, mode, product, made, license_)
