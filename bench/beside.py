"""What keeps the server's threads busy while it validates: a page renders, and a job runs.

The job's part is played by management calls, a list of 100 or a write: like tidying up they run
on a thread and hold the write lock, but they end with the turn, and hello is measured in peace.
"""

from requesting import request


def streams_beside(port: int, secret: str) -> dict[str, list[str]]:
    """The requests of one connection each."""
    return {
        "pages": [request(port, secret, None, "/")],
        "job calls": [
            request(port, secret, None, "/v1/licenses?limit=100"),
            request(port, secret, {"name": "Ada Example"}, "/v1/customers"),
        ],
    }


def print_beside(result: dict) -> None:
    """How much was done: a busy server that was not busy proves nothing."""
    done = " and ".join(f"{rate:.0f} {name}/s" for name, rate in result["beside"].items())
    print(f"    beside it: {done}", flush=True)
