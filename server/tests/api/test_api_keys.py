"""api_keys: created once, narrowed, rolled, revoked; never beyond their maker."""

from harness.cast import Vendor
from harness.server import Server


def test_created_key_shows_its_secret_once(acme: Vendor, server: Server) -> None:
    key = acme.api.make(
        "/v1/api_keys",
        name="Web shop",
        scopes=["licenses:write", "licenses:read"],
        product_ids=[acme.product["id"]],
        allowed_ips=["127.0.0.1"],
    )

    assert key["secret"].startswith("lapi_rk_live_")
    assert key["hint"] == f"lapi_rk_live_…{key['secret'][-4:]}"
    shown = acme.api.get(f"/v1/api_keys/{key['id']}").json()
    assert "secret" not in shown
    assert shown["scopes"] == ["licenses:read", "licenses:write"]
    assert shown["product_ids"] == [acme.product["id"]]
    assert shown["allowed_ips"] == ["127.0.0.1/32"]
    assert key["secret"] not in acme.api.get("/v1/api_keys").text
    me = server.client(key["secret"]).get("/v1/me").json()
    assert (me["key_id"], me["scopes"]) == (key["id"], ["licenses:read", "licenses:write"])


def test_no_key_makes_or_manages_a_wider_one(acme: Vendor, server: Server) -> None:
    maker = acme.api.make(
        "/v1/api_keys", name="M", scopes=["api_keys:write", "api_keys:read", "products:read"]
    )
    api = server.client(maker["secret"])

    refused = api.post("/v1/api_keys", json={"name": "X", "scopes": ["licenses:read"]})
    assert refused.json()["errors"][0]["code"] == "beyond_own"
    assert api.post("/v1/api_keys", json={"name": "X", "type": "secret"}).status_code == 400
    publishable = api.post("/v1/api_keys", json={"name": "P", "type": "publishable"})
    assert publishable.json()["errors"][0]["code"] == "beyond_own"
    wide = acme.api.get("/v1/me").json()["key_id"]
    for action in ("roll", "revoke"):
        assert api.post(f"/v1/api_keys/{wide}/{action}", json={}).status_code == 403
    assert acme.api.get("/v1/me").status_code == 200
    child = api.make("/v1/api_keys", name="Y", scopes=["products:read"])
    assert child["created_by_key"] == maker["id"]


def test_a_child_never_outlives_its_maker(acme: Vendor, server: Server) -> None:
    maker = acme.api.make(
        "/v1/api_keys",
        name="M",
        scopes=["api_keys:write", "products:read"],
        expires_at="2030-01-01T00:00:00Z",
    )
    child = server.client(maker["secret"]).make("/v1/api_keys", name="C", scopes=["products:read"])

    assert child["expires_at"] == "2030-01-01T00:00:00Z"


def test_roll_keeps_identity_and_both_secrets_live_through_the_overlap(
    acme: Vendor, server: Server
) -> None:
    key = acme.api.make("/v1/api_keys", name="R", scopes=["products:read"])
    rolled = acme.api.make(f"/v1/api_keys/{key['id']}/roll", overlap_seconds=3600)

    assert (rolled["id"], rolled["scopes"]) == (key["id"], key["scopes"])
    assert rolled["secret"] != key["secret"]
    for secret in (key["secret"], rolled["secret"]):
        assert server.client(secret).get("/v1/products").status_code == 200

    again = acme.api.make(f"/v1/api_keys/{key['id']}/roll", overlap_seconds=0)
    states = [
        server.client(secret).get("/v1/products").status_code
        for secret in (key["secret"], rolled["secret"], again["secret"])
    ]
    assert states == [401, 401, 200]


def test_revoke_is_immediate_and_takes_children_along(acme: Vendor, server: Server) -> None:
    parent = acme.api.make("/v1/api_keys", name="P", scopes=["api_keys:write", "products:read"])
    child = server.client(parent["secret"]).make("/v1/api_keys", name="C", scopes=["products:read"])
    acme.api.make(f"/v1/api_keys/{parent['id']}/revoke", revoke_children=True)

    for secret in (parent["secret"], child["secret"]):
        response = server.client(secret).get("/v1/products")
        assert (response.status_code, response.json()["code"]) == (401, "key_revoked")
    again = acme.api.post(f"/v1/api_keys/{parent['id']}/revoke", json={})
    assert again.status_code == 200
    update = acme.api.patch(f"/v1/api_keys/{parent['id']}", json={"name": "N"})
    assert update.json()["code"] == "invalid_state"


def test_a_replayed_create_gives_the_same_secret(acme: Vendor) -> None:
    body = {"name": "Once", "scopes": ["products:read"]}
    headers = {"Idempotency-Key": "key-once"}
    first = acme.api.post("/v1/api_keys", json=body, headers=headers)
    again = acme.api.post("/v1/api_keys", json=body, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = acme.api.post("/v1/api_keys", json={**body, "name": "Other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    names = [key["name"] for key in acme.api.get("/v1/api_keys").json()["data"]]
    assert names.count("Once") == 1
