"""Requests as text, ready to be sent."""

import json

# Stands for a number that no other request has; the load puts it in.
UNIQUE = "################"


def request(port: int, secret: str, body: dict | None, path: str = "/v1/licenses/validate") -> str:
    content = json.dumps(body) if body is not None else ""
    method = "POST" if body is not None else "GET"
    length = f"Content-Length: {len(content)}\r\n" if content else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
        f"{length}\r\n{content}"
    )
