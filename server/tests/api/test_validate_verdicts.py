"""licenses.validate: every verdict there is, the same by key, by id and by token."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
Situation = Callable[[Vendor, Server], dict[str, Any]]


def _change(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    path = f"/v1/licenses/{vendor.license['id']}"
    response = vendor.api.patch(path, json=fields)
    assert response.status_code == 200, response.text
    return {}


def _change_policy(vendor: Vendor, **fields: Any) -> None:
    response = vendor.api.patch(f"/v1/policies/{vendor.policy['id']}", json=fields)
    assert response.status_code == 200, response.text


def _act(action: str) -> Situation:
    def act(vendor: Vendor, _server: Server) -> dict[str, Any]:
        vendor.api.make(f"/v1/licenses/{vendor.license['id']}/{action}")
        return {}

    return act


def _ban(vendor: Vendor, _server: Server) -> dict[str, Any]:
    customer = vendor.api.make("/v1/customers", name="Dora")
    _change(vendor, customer_id=customer["id"])
    vendor.api.make(f"/v1/customers/{customer['id']}/ban", reason="Chargeback")
    return {}


def _expire(**policy: Any) -> Situation:
    def expire(vendor: Vendor, _server: Server) -> dict[str, Any]:
        _change_policy(vendor, **policy)
        return _change(vendor, expires_at=PAST)

    return expire


def _require(*names: str, **presented: Any) -> Situation:
    def require(vendor: Vendor, _server: Server) -> dict[str, Any]:
        _change_policy(vendor, requires=list(names))
        return presented

    return require


def _present(**presented: Any) -> Situation:
    return lambda _vendor, _server: presented


def _own_everything(vendor: Vendor, _server: Server) -> dict[str, Any]:
    for code in ("export", "print"):
        vendor.api.make("/v1/entitlements", name=code, code=code)
    _change_policy(
        vendor,
        entitlements=[{"code": "export"}],
        requires=["product", "policy", "entitlements"],
    )
    _change(vendor, entitlements=[{"code": "print", "expires_at": FUTURE}])
    codes = ["print", "export"]
    return {"product": "paint", "policy": vendor.policy["id"], "entitlements": codes}


def _lose_an_entitlement(vendor: Vendor, server: Server) -> dict[str, Any]:
    presented = _own_everything(vendor, server)
    _change(vendor, entitlements=[{"code": "print", "expires_at": PAST}])
    return presented


SITUATIONS: dict[str, tuple[Situation, str, bool]] = {
    "revoked": (_act("revoke"), "REVOKED", False),
    "customer banned": (_ban, "BANNED", False),
    "suspended": (_act("suspend"), "SUSPENDED", False),
    "not started": (lambda v, _: _change(v, starts_at=FUTURE), "NOT_STARTED", False),
    "expired, restrict": (_expire(expiration_strategy="restrict"), "EXPIRED", False),
    "expired, revoke": (_expire(expiration_strategy="revoke"), "EXPIRED", False),
    "grace is over": (_expire(grace_period="P7D"), "EXPIRED", False),
    "product absent": (_require("product"), "PRODUCT_REQUIRED", False),
    "product other": (_present(product="draw"), "PRODUCT_MISMATCH", False),
    "policy absent": (_require("policy"), "POLICY_REQUIRED", False),
    "policy other": (_present(policy="pol_other"), "POLICY_MISMATCH", False),
    "entitlements absent": (_require("entitlements"), "ENTITLEMENTS_REQUIRED", False),
    "entitlement unknown": (_present(entitlements=["nope"]), "ENTITLEMENTS_MISSING", False),
    "entitlement ended": (_lose_an_entitlement, "ENTITLEMENTS_MISSING", False),
    "in grace": (_expire(grace_period="P100Y"), "GRACE_PERIOD", True),
    "in grace, maintain": (
        _expire(grace_period="P100Y", expiration_strategy="maintain"), "GRACE_PERIOD", True,
    ),
    "expired, maintain": (_expire(expiration_strategy="maintain"), "EXPIRED", True),
    "expired, allow": (_expire(expiration_strategy="allow"), "EXPIRED", True),
    "all presented": (_own_everything, "VALID", True),
    "nothing asked": (_require(), "VALID", True),
    "expires later": (lambda v, _: _change(v, expires_at=FUTURE), "VALID", True),
}  # fmt: skip


def _query(fields: dict[str, Any]) -> list[tuple[str, str]]:
    named = {
        ("entitlements[]" if name == "entitlements" else name): fields[name] for name in fields
    }
    return [
        (name, item)
        for name, value in named.items()
        for item in (value if isinstance(value, list) else [value])
    ]


def _every_answer(
    vendor: Vendor, server: Server, token: str, presented: dict[str, Any]
) -> dict[str, httpx.Response]:
    """The same question in all nine ways that there are to ask it."""
    api, app, path = vendor.api, server.client(token), "/v1/licenses/validate"
    by_id = f"/v1/licenses/{vendor.license['id']}/validate"
    with_key = {**presented, "key": vendor.key}
    header = {"License-Key": vendor.key}
    return {
        "key, POST": api.post(path, json=with_key),
        "key, GET": api.get(path, params=_query(with_key)),
        "key, GET with header": api.get(path, params=_query(presented), headers=header),
        "id": api.post(by_id, json=presented),
        "token, POST": app.post(path, json=presented),
        "token, GET": app.get(path, params=_query(presented)),
        "token and key, POST": app.post(path, json=with_key),
        "token and key, GET": app.get(path, params=_query(with_key)),
        "token and id": app.post(by_id, json=presented),
    }


def _without_times(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert body.pop("validated_at")
    # The one thing that a server sees and an app never does.
    body["license"].pop("customer_id", None)
    return body


@pytest.mark.parametrize("name", SITUATIONS)
def test_verdict_is_the_same_by_key_by_id_and_by_token(
    acme: Vendor, server: Server, name: str
) -> None:
    situation, code, is_valid = SITUATIONS[name]
    # Minted first: a license that is refused gets no tokens any more.
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    presented = situation(acme, server)

    answers = _every_answer(acme, server, token, presented)

    assert {way: answer.status_code for way, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    bodies = {way: _without_times(answer) for way, answer in answers.items()}
    first = bodies["key, POST"]
    assert (first["code"], first["valid"]) == (code, is_valid)
    assert first["license"]["id"] == acme.license["id"]
    assert bodies == dict.fromkeys(bodies, first)


def test_unknown_key_is_a_verdict_and_unknown_id_a_404(acme: Vendor, server: Server) -> None:
    path = f"/v1/licenses/{acme.license['id']}"
    token = acme.api.make("/v1/tokens", license_key=acme.key)["access_token"]
    acme.api.make(f"{path}/revoke")
    assert acme.api.delete(path).status_code == 200

    by_key = acme.api.make("/v1/licenses/validate", key=acme.key)
    by_query = acme.api.get("/v1/licenses/validate", params={"key": acme.key}).json()
    by_id = acme.api.post(f"{path}/validate", json={})
    by_token = server.client(token).get("/v1/licenses/validate")

    for answer in (by_key, by_query):
        assert (answer["valid"], answer["code"], answer["license"]) == (False, "NOT_FOUND", None)
        assert (answer["entitlements"], answer["next_check_at"]) == ([], None)
    for refused in (by_id, by_token):
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_earlier_rules_mask_later_ones(acme: Vendor, server: Server) -> None:
    """Everything is wrong at once; each thing put right shows the next rule in 3-domain's order."""
    wrong = {"product": "draw", "policy": "pol_other", "entitlements": ["nope"]}
    _change(acme, starts_at=FUTURE)
    _ban(acme, server)
    _act("suspend")(acme, server)
    license_id, seen = acme.license["id"], []

    def code(**presented: Any) -> str:
        answer: str = acme.api.make("/v1/licenses/validate", key=acme.key, **presented)["code"]
        return answer

    seen.append(code(**wrong))
    _change(acme, customer_id=None)
    seen.append(code(**wrong))
    acme.api.make(f"/v1/licenses/{license_id}/reinstate")
    seen.append(code(**wrong))
    _change(acme, starts_at=None)
    for name in wrong:
        seen.append(code(**wrong))
        wrong = {kept: value for kept, value in wrong.items() if kept != name}
    seen.append(code(**wrong))

    assert seen == [
        "BANNED",
        "SUSPENDED",
        "NOT_STARTED",
        "PRODUCT_MISMATCH",
        "POLICY_MISMATCH",
        "ENTITLEMENTS_MISSING",
        "VALID",
    ]
    _change(acme, starts_at=FUTURE)
    _ban(acme, server)
    _act("suspend")(acme, server)
    _act("revoke")(acme, server)
    assert code(product="draw", policy="pol_other", entitlements=["nope"]) == "REVOKED"


@pytest.mark.parametrize(
    ("action", "code"), [("revoke", "REVOKED"), ("suspend", "SUSPENDED"), (None, "EXPIRED")]
)
def test_nothing_presented_hides_a_license_that_is_over(
    server: Server, action: str | None, code: str
) -> None:
    acme = make_vendor(server, requires=["product", "policy", "entitlements"])
    _change(acme, expires_at=PAST)
    if action:
        _act(action)(acme, server)

    for presented in (
        {},
        {"product": "paint"},
        {"product": "draw"},
        {"policy": acme.policy["id"], "entitlements": ["nope"]},
        {"product": "paint", "policy": acme.policy["id"], "entitlements": ["export"]},
    ):
        answer = acme.api.make("/v1/licenses/validate", key=acme.key, **presented)
        assert (answer["code"], answer["valid"]) == (code, False), presented


@pytest.mark.parametrize("strategy", ["maintain", "allow"])
def test_a_wrong_scope_is_not_hidden_by_a_lenient_expiry(server: Server, strategy: str) -> None:
    acme = make_vendor(server, expiration_strategy=strategy, grace_period="P100Y")
    _change(acme, expires_at=PAST)

    wrong = acme.api.make("/v1/licenses/validate", key=acme.key, product="draw")
    right = acme.api.make("/v1/licenses/validate", key=acme.key, product=acme.product["id"])

    assert (wrong["code"], wrong["valid"]) == ("PRODUCT_MISMATCH", False)
    assert (right["code"], right["valid"]) == ("GRACE_PERIOD", True)


def test_order_of_what_is_presented_never_matters(acme: Vendor, server: Server) -> None:
    presented = _own_everything(acme, server)
    fields = {**presented, "key": acme.key, "nonce": "n"}
    turned = dict(reversed(fields.items()))
    turned["entitlements"] = list(reversed(presented["entitlements"]))

    first = acme.api.post("/v1/licenses/validate", json=fields)
    second = acme.api.post("/v1/licenses/validate", json=turned)

    assert _without_times(first) == _without_times(second)
    assert first.json()["code"] == "VALID"
