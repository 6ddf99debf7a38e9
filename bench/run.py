"""Measures the runtime path against a bare route on the same server, in one run.

    make bench                     the table
    make bench ARGS="--licenses 1000000 --rounds 3"

Server on core 0, client on core 1 with a SCHED_IDLE spinner, 32 connections; target and
hello take turns, and the ratio is the median of the ratios of the turns. Absolute numbers
say something about this machine, ratios about the software.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from processes import (
    COMMAND,
    HERE,
    SERVER_CORE,
    create_account,
    environment,
    free_port,
    load,
    running,
    scratch,
    seed,
    spinner,
)

PLANS = [
    {"name": "developer"},
    {"name": "unlimited"},
    {
        "name": "limited",
        "max_licenses": 10_000_000,
        "max_requests_per_month": 1_000_000_000,
        "rate_per_second": 10_000_000,
        "rate_burst": 10_000_000,
    },
]


def request(port: int, secret: str, body: dict | None, path: str = "/v1/licenses/validate") -> str:
    content = json.dumps(body) if body is not None else ""
    method = "POST" if body is not None else "GET"
    length = f"Content-Length: {len(content)}\r\n" if content else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
        f"{length}\r\n{content}"
    )


def compare(title: str, port: int, requests: list[str], hello_port: int, options) -> None:
    hello_request = [request(hello_port, "x", {"key": "x" * 29}, "/hello")]
    ratios, results = [], []
    for _ in range(options.rounds):
        hello = load(hello_port, hello_request, seconds=options.seconds)
        result = load(port, requests, seconds=options.seconds)
        ratios.append(result["rate"] / hello["rate"])
        results.append((result, hello))
    median = statistics.median(ratios)
    result = results[ratios.index(min(ratios, key=lambda ratio: abs(ratio - median)))]
    print(
        f"{title:44} {median:6.3f}  {min(ratios):.3f}-{max(ratios):.3f} "
        f"{result[0]['rate']:9.0f} {result[1]['rate']:9.0f} "
        f"{result[0]['p50_ms']:7.2f} {result[0]['p99_ms']:7.2f} {result[0]['errors']:6}",
        flush=True,
    )


def measure(data_dir: Path, options, engine: str, url: str = "") -> None:
    plans = data_dir / "plans.json"
    plans.write_text(json.dumps(PLANS))
    extra = {"LICENSEAPI_PLANS_FILE": str(plans), **({"DATABASE_URL": url} if url else {})}
    env = environment(data_dir, **extra)
    accounts = {plan: create_account(env, plan) for plan in ("unlimited", "limited")}
    keys = {
        plan: seed(env, made["account_id"], options.licenses) for plan, made in accounts.items()
    }
    port, hello_port = free_port(), free_port()
    serve = [COMMAND, "serve", "--port", str(port)]
    hello = [sys.executable, str(HERE / "hello.py"), str(hello_port)]
    with running(serve, SERVER_CORE, env), running(hello, SERVER_CORE), spinner():
        for plan, account in accounts.items():
            secret = account["live"]["secret_key"]
            requests = [request(port, secret, {"key": key}) for key in keys[plan]]
            title = f"{engine}: validate, plan {'with' if plan == 'limited' else 'without'} limits"
            compare(title, port, requests, hello_port, options)
        tokens = _tokens(port, accounts["unlimited"]["live"]["secret_key"], keys["unlimited"][:200])
        requests = [request(port, token, None) for token in tokens]
        compare(f"{engine}: validate by token", port, requests, hello_port, options)


def _tokens(port: int, secret: str, keys: list[str]) -> list[str]:
    import httpx

    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        return [
            client.post("/v1/tokens", json={"license_key": key}).json()["access_token"]
            for key in keys
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licenses", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--lists", type=int, default=0, metavar="N", help="lists at N licenses")
    options = parser.parse_args()
    print(
        f"{options.licenses:,} licenses; 32 connections; {options.rounds} turns of {options.seconds} s"
    )
    print(
        f"{'':44} {'ratio':>6}  {'min-max':11} {'req/s':>9} {'hello/s':>9} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'errors':>6}"
    )
    with scratch() as directory:
        if options.engine in {"sqlite", "both"}:
            (directory / "sqlite").mkdir()
            measure(directory / "sqlite", options, "SQLite")
        if options.engine in {"postgres", "both"}:
            from databases import postgres

            (directory / "data").mkdir()
            with postgres(directory / "postgres") as url:
                measure(directory / "data", options, "PostgreSQL", url)
        if options.lists:
            from lists import measure_lists

            measure_lists(directory, options.lists)


if __name__ == "__main__":
    main()
