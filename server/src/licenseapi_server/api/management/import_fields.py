"""What an import takes and shows."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.management.customers import ExternalId
from licenseapi_server.api.management.fields import InstantText, Name, ObjectId, Reason
from licenseapi_server.api.management.license_fields import ItemError, NewLicense
from licenseapi_server.api.patterns import Email

MAX_ROWS = 10_000
RowNumber = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class NewImport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How the rows that follow are taken. A dry run says what would become of them."""

    policy_id: ObjectId | None = None
    dry_run: bool = False
    allow_weak: bool = False


class ImportRows(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The next rows, up to 10,000. Rows that were sent before are answered, not taken again."""

    rows: Annotated[list[dict[str, Any]], Meta(max_length=MAX_ROWS)]
    first_row: RowNumber = 1


class RowsQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Of a table or of JSON lines: which row of the whole is the first one here."""

    first_row: RowNumber | None = None


class ImportRow(NewLicense, kw_only=True):
    """A license as it arrives: what creating one takes, its state, and who holds it."""

    policy_id: ObjectId = ""
    customer_email: Email | None = None
    customer_external_id: ExternalId | None = None
    customer_name: Name | None = None
    suspended: bool = False
    suspended_at: InstantText | None = None
    suspension_reason: Reason | None = None
    revoked: bool = False
    revoked_at: InstantText | None = None
    revocation_reason: Reason | None = None


class Import(msgspec.Struct, kw_only=True):
    """An import, and how far it has come."""

    id: str
    object: str = "import"
    mode: str
    policy_id: str | None
    dry_run: bool
    allow_weak: bool
    next_row: int
    created: int
    failed: int
    created_at: str
    updated_at: str


class RowResult(msgspec.Struct, kw_only=True):
    """What became of one row."""

    row: int
    status: Literal["created", "failed"]
    license_id: str | UnsetType | None = UNSET
    error: ItemError | UnsetType = UNSET


class ImportReport(msgspec.Struct, kw_only=True):
    """What became of each row that was sent, in their order."""

    object: str = "import_report"
    import_id: str
    dry_run: bool
    next_row: int
    data: list[RowResult]
    created: int
    failed: int
