"""Measures the runtime path against a bare route on the same server, in one run.

    make bench                     the table
    make bench ARGS="--licenses 1000000 --rounds 3"

Server on core 0, client on core 1 with a SCHED_IDLE spinner, 32 connections; target and base
(hello, if the row names no other) take turns, and the ratio is the median of the ratios of the
turns. Absolute numbers say something about this machine, ratios about the software.
"""

import argparse
import json
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path

from beside import print_beside, streams_beside
from databases import fetch_rows, postgres
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
from requesting import request
from seats import measure_seats, measure_workers
from turns import compare

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


def measure(data_dir: Path, options: Namespace, engine: str, url: str = "") -> None:
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
    seconds = options.seconds
    hello_request = request(hello_port, "x", {"key": "x" * 29}, "/hello")
    say_hello = partial(load, hello_port, [hello_request], seconds=seconds)
    with running(serve, SERVER_CORE, env), running(hello, SERVER_CORE), spinner():
        validations = {}
        for plan, account in accounts.items():
            secret = account["live"]["secret_key"]
            requests = [request(port, secret, {"key": key}) for key in keys[plan]]
            validations[plan] = partial(load, port, requests, seconds=seconds)
            title = f"{engine}: validate, plan {'with' if plan == 'limited' else 'without'} limits"
            compare(title, validations[plan], say_hello, options)
        secret = accounts["unlimited"]["live"]["secret_key"]
        tokens = _tokens(port, secret, keys["unlimited"][:200])
        by_token = [request(port, token, None) for token in tokens]
        title = f"{engine}: validate by token"
        compare(title, partial(load, port, by_token, seconds=seconds), say_hello, options)
        if url:
            title = f"{engine}: validate, to SELECT 1 on as many connections"
            select = partial(fetch_rows, url, env, seconds)
            compare(title, validations["unlimited"], select, options)
        else:
            title = f"{engine}: validate while a page renders and a job runs"
            busy = partial(validations["unlimited"], beside=streams_beside(port, secret))
            print_beside(compare(title, busy, say_hello, options))
        measure_seats(engine, port, secret, keys["unlimited"], options)
    measure_workers(engine, [*serve, "--workers", "4"], (port, secret), env, options)


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
        f"{'':57} {'ratio':>6}  {'min-max':11} {'req/s':>9} {'base/s':>9} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'errors':>6}"
    )
    with scratch() as directory:
        if options.engine in {"sqlite", "both"}:
            (directory / "sqlite").mkdir()
            measure(directory / "sqlite", options, "SQLite")
        if options.engine in {"postgres", "both"}:
            (directory / "data").mkdir()
            with postgres(directory / "postgres") as url:
                measure(directory / "data", options, "PostgreSQL", url)
        if options.lists:
            from lists import measure_lists

            measure_lists(directory, options.lists)


if __name__ == "__main__":
    main()
