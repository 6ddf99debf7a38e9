"""Lists of licenses, as the dashboard and scripts ask for them, at many licenses."""

import httpx
from processes import (
    COMMAND,
    SERVER_CORE,
    create_account,
    environment,
    free_port,
    load,
    running,
    seed,
    spinner,
)
from requesting import request


def measure_lists(directory, count: int) -> None:
    """The latency of each kind of list, one connection after the other."""
    data_dir = directory / "lists"
    data_dir.mkdir()
    env = environment(data_dir)
    account = create_account(env, "unlimited")
    keys = seed(env, account["account_id"], count)
    secret = account["live"]["secret_key"]
    port = free_port()
    with running([COMMAND, "serve", "--port", str(port)], SERVER_CORE, env), spinner():
        headers = {"Authorization": f"Bearer {secret}"}
        page = httpx.get(f"http://127.0.0.1:{port}/v1/licenses", headers=headers).json()
        row = page["data"][-1]
        queries = {
            "unfiltered": "",
            "a later page": f"?starting_after={row['id']}",
            "by policy": f"?policy_id={row['policy_id']}",
            "by product": f"?product_id={row['product_id']}",
            "by customer (none)": "?customer_id=cus_01m86j5z9vesav92gpqb53nadv",
            "by status active": "?status=active",
            "by status expired (none)": "?status=expired",
            "by key": f"?q={keys[0]}",
        }
        print(f"\nLists at {count:,} licenses on SQLite, one connection")
        for title, query in queries.items():
            asked = [request(port, secret, None, f"/v1/licenses{query}")]
            result = load(port, asked, seconds=2, connections=1)
            print(f"{title:44} p50 {result['p50_ms']:7.2f} ms  p99 {result['p99_ms']:7.2f} ms")
