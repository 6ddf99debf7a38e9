"""Field types that several resources share, and the collection of what is wrong with them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.patterns import shaped
from licenseapi_server.domain.durations import FORM as DURATION_FORM
from licenseapi_server.domain.durations import PATTERN as DURATION_PATTERN
from licenseapi_server.domain.durations import parse_duration
from licenseapi_server.domain.instants import FORM as INSTANT_FORM
from licenseapi_server.domain.instants import PATTERN as INSTANT_PATTERN
from licenseapi_server.domain.instants import parse_instant
from licenseapi_server.domain.problems import FieldError, fields_problem

MAX_METADATA_KEYS = 64
MAX_METADATA_BYTES = 16 * 1024
MAX_COUNT = (1 << 53) - 1

# Controls, line separators, and what turns the direction of a text around.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
PLAIN = shaped(
    rf"^[^{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*$",
    "must be one line that shows something, without control characters",
)
Name = Annotated[str, Meta(min_length=1, max_length=200), PLAIN]
CODE = "must be 1 to 64 letters, digits or . _ : -, beginning with a letter or a digit"
Code = Annotated[str, shaped(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", CODE)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
ObjectId = Annotated[str, Meta(min_length=1, max_length=64)]
MetadataKey = Annotated[
    str,
    Meta(min_length=1, max_length=64),
    shaped(r"^[^\x00-\x1f\x7f\[\]=]+$", "must have no brackets, no = and no control characters"),
]
MetadataValue = Annotated[str, Meta(max_length=4096)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Meta(max_length=MAX_METADATA_KEYS)]
InstantText = Annotated[
    str, shaped(INSTANT_PATTERN, INSTANT_FORM, extra_json_schema={"format": "date-time"})
]
DurationText = Annotated[str, shaped(DURATION_PATTERN, DURATION_FORM, max_length=40)]
Count = Annotated[int, Meta(ge=1, le=MAX_COUNT)]
CountOrUnlimited = Count | Literal["unlimited"]
Seconds = Annotated[int, Meta(ge=1, le=3_153_600_000)]


class Change(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of a PATCH: what is not named stays as it is."""


def changes_of(body: msgspec.Struct) -> dict[str, Any]:
    """The fields that a PATCH names."""
    values = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


class Flaws:
    """Collects everything that is wrong, so that the caller learns all of it at once."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.errors: list[FieldError] = []

    def add(self, pointer: str, message: str, code: str = "invalid_value") -> None:
        """Note a flaw at `pointer`."""
        self.errors.append(FieldError(self._prefix + pointer, code, message))

    def raise_any(self) -> None:
        """Raise Problem if anything was noted."""
        if self.errors:
            raise fields_problem(self.errors)

    def read_instant(self, pointer: str, text: str | UnsetType | None) -> int | None:
        """The instant, or None with a flaw noted."""
        if text is None or text is UNSET:
            return None
        try:
            return parse_instant(text)
        except ValueError as error:
            self.add(pointer, f"`{pointer.lstrip('/')}` {error}.")
            return None

    def check_duration(self, pointer: str, text: str | UnsetType | None) -> None:
        """Note a duration that cannot be."""
        if text is None or text is UNSET:
            return
        try:
            parse_duration(text)
        except ValueError as error:
            self.add(pointer, f"`{pointer.lstrip('/')}` {error}.")

    def check_metadata(self, pointer: str, value: dict[str, str] | UnsetType | None) -> None:
        """Note metadata that is too large as a whole."""
        if not value:
            return
        if len(msgspec.json.encode(value)) > MAX_METADATA_BYTES:
            size = MAX_METADATA_BYTES // 1024
            self.add(pointer, f"`{pointer.lstrip('/')}` must be at most {size} KiB of JSON.")


def json_text(value: Any) -> str:
    """How JSON is kept in a column."""
    return msgspec.json.encode(value).decode()
