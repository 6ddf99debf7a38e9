"""The head of an answer, in bytes: every answer of the API has the same fixed headers."""

API_VERSION = "2026-11-01"
# Where the server's protocol offers to send an answer in one piece (serving/protocol.py).
RESPOND = "licenseapi.respond"
# Where it offers the body, if that has arrived whole.
TAKE_BODY = "licenseapi.take_body"
# And one that is sent part by part (serving/streaming.py).
STREAM = "licenseapi.stream"
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
FIXED_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"licenseapi-version", API_VERSION.encode()),
)

Headers = tuple[tuple[bytes, bytes], ...]


def _join(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])


_FIXED = _join(FIXED_HEADERS)
_FIXED_SECURE = _join((*FIXED_HEADERS, HSTS))


def describe_content(kind: bytes, length: int) -> bytes:
    """The headers of a body."""
    return b"content-type: %b\r\ncontent-length: %d\r\n" % (kind, length)


def render_head(content: bytes, request_id: str, *, is_secure: bool) -> bytes:
    """The headers of the body, and those that every answer has."""
    fixed = _FIXED_SECURE if is_secure else _FIXED
    return b"%brequest-id: %b\r\n%b" % (content, request_id.encode(), fixed)


def add_headers(head: bytes, more: Headers) -> bytes:
    """`head` with further headers; one of the same name is replaced.

    Raises ValueError when a value holds a line break: it would be a header nobody meant.
    """
    for name, value in more:
        if b"\n" in value or b"\r" in value:
            message = f"the header {name.decode()} has a line break in its value"
            raise ValueError(message)
        start = head.find(b"%b: " % name)
        if start >= 0 and (start == 0 or head[start - 1 : start] == b"\n"):
            head = head[:start] + head[head.index(b"\n", start) + 1 :]
        head += b"%b: %b\r\n" % (name, value)
    return head


def encode_headers(headers: tuple[tuple[str, str], ...]) -> Headers:
    """Headers in text as they go over the wire."""
    return tuple((name.lower().encode(), value.encode("latin-1")) for name, value in headers)
