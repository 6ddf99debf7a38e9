"""Rows of an import: their columns, and the ids of their licenses.

A license's id follows from the import and the number of its row: sending a row again cannot
make a second license, and what became of a row can be told without a note about each.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from licenseapi_server.domain.ids import ALPHABET, make_id

TAG_BITS = 34
_TIME_CHARACTERS = 10
_LOW_BITS = (1 << 62) - 1
MAPS = ("metadata", "private_metadata")
WHOLE_NUMBERS = frozenset(
    {
        "max_activations",
        "max_leases",
        "max_users",
        "max_cores",
        "max_memory_bytes",
        "max_disk_bytes",
    }
)
CLAIMS = frozenset({"suspended", "revoked"})
# What an export tells of a license that no import can set.
IGNORED = frozenset(
    {
        *("id", "object", "mode", "key_hint", "status", "product_id", "ends_at"),
        *("activation_count", "user_count", "last_validated_at"),
        *("created_at", "updated_at", "version"),
    }
)
COLUMNS = frozenset(
    {
        *("key", "policy_id", "name", "customer_id", "customer_email", "customer_external_id"),
        *("customer_name", "starts_at", "expires_at", "entitlements"),
        *("suspended_at", "suspension_reason", "revoked_at", "revocation_reason"),
        *WHOLE_NUMBERS,
        *CLAIMS,
        *MAPS,
    }
)
MAX_DIGITS = 18


def license_id(import_id: str, created_at: int, row: int) -> str:
    """The id of the license that this row makes; those of later rows sort after it."""
    tag = int.from_bytes(sha256(import_id.encode()).digest()[:5], "big") >> (40 - TAG_BITS)
    return make_id("lic", created_at, (row << TAG_BITS | tag).to_bytes(10, "big"))


def row_of(found: str, import_id: str, created_at: int) -> int | None:
    """The row of this import that made the license; None when another one did."""
    number = 0
    for character in found.rpartition("_")[2][_TIME_CHARACTERS:]:
        number = number << 5 | ALPHABET.index(character)
    row = ((number >> 64 & 0xFFF) << 62 | number & _LOW_BITS) >> TAG_BITS
    return row if license_id(import_id, created_at, row) == found else None


def is_column(name: str) -> bool:
    """Whether a table may have a column of this name."""
    outer, dot, inner = name.partition(".")
    return name in COLUMNS or name in IGNORED or bool(dot and outer in MAPS and inner)


def spread(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its maps as maps, and texts as what their columns hold."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name not in IGNORED and value is not None:
            _spread_one(found, name, value)
    return found


def _spread_one(found: dict[str, Any], name: str, value: Any) -> None:
    outer, dot, inner = name.partition(".")
    if dot and outer in MAPS:
        _put(found, outer, {inner: value})
    else:
        _put(found, name, _read_text(name, value) if isinstance(value, str) else value)


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    known = found.get(name)
    if isinstance(known, dict) and isinstance(value, dict):
        value = {**known, **value}
    found[name] = value


def _read_text(name: str, text: str) -> Any:
    """What a text means in its column; as it is when it means nothing there."""
    if name in WHOLE_NUMBERS and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return int(text)
    if name in CLAIMS and text in {"true", "false"}:
        return text == "true"
    if name == "entitlements" and not text.startswith("["):
        return [{"code": code.strip()} for code in text.split(";") if code.strip()]
    if name == "entitlements" or name in MAPS:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text
