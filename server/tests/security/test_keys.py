"""API keys, K01 to K10: how they are made and kept, and that none reaches beyond itself."""

import hashlib
import hmac
import itertools
import json
import random
from typing import Any

import httpx
import jsonschema
import pytest
from harness.cast import Vendor, make_vendor
from harness.dump import dump_database, dump_processes, holds
from harness.server import Client, Server
from licenseapi_server.domain.api_keys import ALPHABET
from licenseapi_server.domain.scopes import GRANTABLE_SCOPES, SECRET_KEY_SCOPES

HIDDEN = {"request_id", "instance"}


def _shown(answer: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """What a stranger learns: all but what is new in every answer."""
    body = {name: value for name, value in answer.json().items() if name not in HIDDEN}
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"request-id", "date", "content-length"}
    }
    return answer.status_code, body, headers


def test_k01_a_key_with_any_character_changed_is_refused_without_a_look_up(
    acme: Vendor, server: Server
) -> None:
    """Beside tests/domain/test_api_keys.py: the log says that the shape was enough to refuse."""
    key = acme.account.live["secret_key"]
    client = server.client()
    ids = set()
    for place, old in enumerate(key):
        new = next(one for one in ALPHABET if one != old)
        text = key[:place] + new + key[place + 1 :]
        answer = client.get("/v1/me", headers={"Authorization": f"Bearer {text}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
        ids.add(answer.headers["Request-Id"])
    assert len(ids) == len(key)


def test_k02_a_secret_is_shown_once_and_stored_nowhere(acme: Vendor, server: Server) -> None:
    body = {"name": "Canary", "scopes": ["licenses:read"]}
    headers = {"Idempotency-Key": "canary"}
    made = acme.api.post("/v1/api_keys", json=body, headers=headers).json()
    replayed = acme.api.post("/v1/api_keys", json=body, headers=headers).json()
    rolled = acme.api.make(f"/v1/api_keys/{made['id']}/roll", overlap_seconds=60)
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    server.client(rolled["secret"]).get("/v1/licenses")

    assert replayed["secret"] == made["secret"]
    shown = acme.api.get(f"/v1/api_keys/{made['id']}").text + acme.api.get("/v1/api_keys").text
    written = dump_database(server) + dump_processes(server)
    written += server.log_path.read_bytes() + shown.encode()
    assert made["id"].encode() in written
    for secret in (
        made["secret"],
        rolled["secret"],
        token,
        acme.key,
        acme.account.live["secret_key"],
    ):
        assert not holds(written, secret)


def test_k03_who_writes_the_database_alone_cannot_forge_a_key(acme: Vendor, server: Server) -> None:
    made = acme.api.make("/v1/api_keys", name="Forged", scopes=["licenses:read"])
    other = acme.api.make("/v1/api_keys", name="Known", scopes=["licenses:read"])["secret"]
    acme.api.make(f"/v1/api_keys/{made['id']}/roll", overlap_seconds=0)
    client = server.client(other)
    server.execute("DELETE FROM accounts_apikeysecret WHERE hint = ?", f"{other[:13]}…{other[-4:]}")
    assert client.get("/v1/licenses").status_code == 401
    for digest in (
        hashlib.sha256(other.encode()).digest(),
        hmac.digest(b"a pepper that is not ours, of length", other.encode(), "sha256"),
        hmac.digest(b"", other.encode(), "sha256"),
    ):
        server.execute(
            "UPDATE accounts_apikeysecret SET digest = ? WHERE api_key_id = ? AND expires_at IS NULL",
            digest,
            made["id"],
        )
        assert client.get("/v1/licenses").json()["code"] == "authentication_failed"


def test_k04_unknown_foreign_and_deleted_look_alike(
    acme: Vendor, globex: Vendor, server: Server
) -> None:
    """Of keys: unknown and deleted. Of licenses and their keys: foreign, too."""
    gone = acme.api.make("/v1/api_keys", name="Gone", scopes=["licenses:read"])
    server.execute("DELETE FROM accounts_apikeysecret WHERE api_key_id = ?", gone["id"])
    unknown = "lapi_sk_live_f0i4q2u9yu9GajsyPU9KiiFWwW0HVAqkZiKyL4cLmNT4VjV9m"
    keys = [server.client(text).get("/v1/licenses") for text in (gone["secret"], unknown)]
    assert _shown(keys[0]) == _shown(keys[1])
    assert keys[0].status_code == 401

    deleted = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    acme.api.make(f"/v1/licenses/{deleted['id']}/revoke")
    assert acme.api.delete(f"/v1/licenses/{deleted['id']}").status_code == 200
    absent = deleted["id"][:-4] + "0000"
    by_id = [
        acme.api.get(f"/v1/licenses/{one}") for one in (globex.license["id"], deleted["id"], absent)
    ]
    assert _shown(by_id[0]) == _shown(by_id[1]) == _shown(by_id[2])
    assert by_id[0].status_code == 404
    by_key = [
        acme.api.post("/v1/licenses/validate", json={"key": text})
        for text in (globex.key, deleted["key"], "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    ]
    answers = [{k: v for k, v in one.json().items() if k != "validated_at"} for one in by_key]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "NOT_FOUND"


def test_k06_no_child_no_roll_and_no_token_has_more_than_its_maker(
    acme: Vendor, server: Server
) -> None:
    """Twenty makers with scopes by lot, each asked for more than it has."""
    chance = random.Random(6)
    pool = sorted(SECRET_KEY_SCOPES)
    for number in range(20):
        held = {"api_keys:write", "api_keys:read", "tokens:mint", *chance.sample(pool, 6)}
        end = f"20{40 + number}-01-01T00:00:00Z"
        maker = acme.api.make(
            "/v1/api_keys",
            name="Maker",
            scopes=sorted(held),
            product_ids=[acme.product["id"]],
            expires_at=end,
        )
        api = server.client(maker["secret"])
        asked = sorted({*chance.sample(sorted(GRANTABLE_SCOPES), 4)})
        body = {"name": "Child", "scopes": asked, "product_ids": [acme.product["id"]]}
        child = api.post("/v1/api_keys", json=body)
        assert (child.status_code == 201) == (set(asked) <= held), (asked, held)
        if child.status_code == 201:
            assert child.json()["expires_at"] == end
        body = {"name": "Child", "scopes": ["tokens:mint"], "product_ids": []}
        assert api.post("/v1/api_keys", json=body).status_code == 400
        rolled = api.make(f"/v1/api_keys/{maker['id']}/roll")
        assert (set(rolled["scopes"]), rolled["expires_at"]) == (held, end)
        minted = api.make("/v1/tokens", license_id=acme.license["id"], scopes=pool)
        assert set(minted["scope"].split()) <= held - {"tokens:mint"} | {"none"}


def test_k08_a_key_sees_only_its_own_mode_also_inside_bodies(server: Server) -> None:
    vendor = make_vendor(server, "Acme")
    test = vendor.account.client("test")
    product = test.make("/v1/products", name="Paint", code="paint")
    policy = test.make("/v1/policies", product_id=product["id"], name="Test")
    customer = test.make("/v1/customers", name="Customer")
    for api, own, other in (
        (vendor.api, vendor.policy["id"], policy["id"]),
        (test, policy["id"], vendor.policy["id"]),
    ):
        absent = api.post("/v1/licenses", json={"policy_id": other[:-4] + "0000"})
        refused = api.post("/v1/licenses", json={"policy_id": other})
        assert refused.status_code == absent.status_code == 400
        assert refused.json()["errors"] == absent.json()["errors"]
        assert api.post("/v1/licenses", json={"policy_id": own}).status_code == 201
        assert api.get(f"/v1/policies/{other}").status_code == 404
    foreign = {"policy_id": vendor.policy["id"], "customer_id": customer["id"]}
    assert vendor.api.post("/v1/licenses", json=foreign).status_code == 400
    expanded = vendor.api.get(f"/v1/licenses/{vendor.license['id']}?expand[]=customer").json()
    assert expanded["customer"] is None
    assert test.post("/v1/tokens", json={"license_id": vendor.license["id"]}).status_code == 404
    assert test.post("/v1/licenses/validate", json={"key": vendor.key}).json()["valid"] is False


def _close(schema: Any) -> Any:
    """The same schema, in which nothing may stand that it does not name."""
    if isinstance(schema, list):
        return [_close(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _close(value) for name, value in schema.items()}
    if "properties" in closed and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


def _found(api: Client, path: str, content: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """What the path shows, and its schema; of an export, the lines and their schema."""
    lines = content.get("application/x-ndjson")
    if lines is None:
        [media] = content.values()
        return media["schema"], api.get(path).json()
    shown = api.get(f"{path}?format=jsonl").text.strip().split("\n")
    return {"type": "array", "items": lines["x-line"]}, [json.loads(line) for line in shown if line]


def test_k09_answers_hold_nothing_that_the_document_does_not_name(
    acme: Vendor, server: Server
) -> None:
    acme.api.make("/v1/activations", license_id=acme.license["id"], fingerprint="one")
    acme.api.make("/v1/customers", name="Customer")
    document = _close(acme.api.get("/v1/openapi.json").json())
    checked = []
    for path, operations in document["paths"].items():
        if "get" not in operations or "{" in path:
            continue
        answer = acme.api.get(path)
        schema = operations["get"]["responses"].get(str(answer.status_code))
        assert schema is not None, (path, answer.status_code)
        if "content" not in schema:
            continue
        shape, found = _found(acme.api, path, schema["content"])
        jsonschema.validate(found, {**shape, "components": document["components"]})
        checked.append(path)
    assert len(checked) > 10
    assert "/v1/export/licenses" in checked


@pytest.mark.parametrize("name", ["account_id", "id", "created_at", "plan", "quota", "revoked_at"])
def test_k10_nothing_is_assigned_that_is_not_a_field_of_the_route(acme: Vendor, name: str) -> None:
    document = acme.api.get("/v1/openapi.json").json()
    ids = {
        "licenses": acme.license["id"],
        "policies": acme.policy["id"],
        "products": acme.product["id"],
        "api_keys": acme.api.get("/v1/me").json()["key_id"],
        "customers": acme.api.make("/v1/customers", name="C")["id"],
    }
    before = {noun: acme.api.get(f"/v1/{noun}/{one}").json() for noun, one in ids.items()}
    asked = 0
    for path, operations in document["paths"].items():
        noun = path.split("/")[2]
        methods = [method for method in ("post", "patch", "put") if method in operations]
        if ("{" in path and noun not in ids) or not methods:
            continue
        operation = operations[methods[0]]
        body = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
        example = body.get("example")
        if not isinstance(example, dict) or name in example or not operation.get("security"):
            continue
        url = path.replace("{id}", ids.get(noun, ""))
        if "{" in url:
            continue
        answer = acme.api.request(
            methods[0], url, json={**example, name: "x"}, headers={"Idempotency-Key": name + url}
        )
        if answer.status_code == 403:
            continue
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field"), path
        asked += 1
    assert asked > 10
    after = {noun: acme.api.get(f"/v1/{noun}/{one}").json() for noun, one in ids.items()}
    for one in itertools.chain(before.values(), after.values()):
        for seen in ("last_used_at", "last_ip", "secrets"):
            one.pop(seen, None)
    assert before == after
