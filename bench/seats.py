"""What takes seats: activations and leases, each durable before its answer.

Through the group writer many share one commit. Asked one at a time, each has a commit of its
own: that is their base.
"""

from argparse import Namespace
from functools import partial

import httpx
from processes import SERVER_CORE, load, running, spinner
from requesting import UNIQUE, request
from turns import compare

LICENSES = 200


def measure_seats(engine: str, port: int, secret: str, keys: list[str], options: Namespace) -> None:
    """Rows for activations, for leases, and for a validation that looks at all of it."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}/v1", headers={"Authorization": f"Bearer {secret}"}
    ) as api:
        floating = _licenses(api, floating=True)
        watched = _licenses(api, heartbeat_interval=3600, max_activations=5)
        for key in watched:
            _post(api, "/activations", license_key=key, fingerprint="bench")
    for name, path, taken in (
        ("activate", "/v1/activations", keys[:2000]),
        ("lease", "/v1/leases", floating),
    ):
        requests = _unique(port, secret, path, taken)
        target = partial(load, port, requests, seconds=options.seconds)
        single = partial(load, port, requests, seconds=options.seconds, connections=1)
        compare(f"{engine}: {name}, to one at a time (a commit each)", target, single, options)
    plain = [request(port, secret, {"key": key}) for key in keys]
    checked = {"fingerprint": "bench", "entitlements": ["export"]}
    full = [request(port, secret, {"key": key, **checked}) for key in watched]
    compare(
        f"{engine}: validate machine, feature and heartbeat, to plain",
        partial(load, port, full, seconds=options.seconds),
        partial(load, port, plain, seconds=options.seconds),
        options,
    )


def measure_workers(
    engine: str, serve: list[str], access: tuple[int, str], env: dict[str, str], options: Namespace
) -> None:
    """The row of four processes on one database: what matters is its p99."""
    port, secret = access
    with running(serve, SERVER_CORE, env), spinner():
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/v1", headers={"Authorization": f"Bearer {secret}"}
        ) as api:
            keys = _licenses(api)
        requests = _unique(port, secret, "/v1/activations", keys)
        target = partial(load, port, requests, seconds=options.seconds)
        single = partial(load, port, requests, seconds=options.seconds, connections=1)
        compare(f"{engine}: activate, four processes, to one at a time", target, single, options)


def _licenses(api: httpx.Client, **policy: object) -> list[str]:
    """Keys of licenses under a policy of their own, which carries a feature."""
    product = _post(
        api, "/products", name="Draw", code=f"draw-{len(policy)}-{next(iter(policy), 0)}"
    )
    codes = {row["code"] for row in api.get("/entitlements").json()["data"]}
    if "export" not in codes:
        _post(api, "/entitlements", name="Export", code="export")
    features = [{"code": "export"}]
    made = _post(
        api, "/policies", product_id=product["id"], name="B", entitlements=features, **policy
    )
    batch = _post(api, "/licenses/batch", count=LICENSES, template={"policy_id": made["id"]})
    return [item["license"]["key"] for item in batch["data"]]


def _post(api: httpx.Client, path: str, **body: object) -> dict:
    answer = api.post(path, json=body)
    answer.raise_for_status()
    return answer.json()


def _unique(port: int, secret: str, path: str, keys: list[str]) -> list[str]:
    """Requests of machines that nobody has seen before."""
    return [
        request(port, secret, {"license_key": key, "fingerprint": UNIQUE}, path) for key in keys
    ]
