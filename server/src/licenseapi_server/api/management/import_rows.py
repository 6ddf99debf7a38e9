"""Rows of an import as licenses: checked one by one, written together, each whole or not at all."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import Q

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.fields import Flaws
from licenseapi_server.api.management.import_fields import ImportRow
from licenseapi_server.api.management.license_fields import ItemError, NewLicense, item_error
from licenseapi_server.api.management.license_issuing import (
    Prepared,
    References,
    clamp_test_expiry,
    insert,
    key_taken,
    limit_reached,
    prepare,
    take_places,
)
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.api.validation_errors import as_problem
from licenseapi_server.domain.import_rows import license_id, row_of, spread
from licenseapi_server.domain.problems import FieldError, Problem
from licenseapi_server.licensing import counters, search_terms
from licenseapi_server.licensing.import_models import DryRunKey, LicenseImport
from licenseapi_server.licensing.models import Customer, License

LICENSE_FIELDS = NewLicense.__struct_fields__


class Ready(msgspec.Struct):
    """A row that may become a license, and who is to hold it."""

    prepared: Prepared
    row: ImportRow

    @property
    def digest(self) -> bytes:
        """What its key is found by."""
        return bytes(self.prepared.row.key_digest)

    @property
    def takes_place(self) -> bool:
        """Whether it counts against the plan: revoked licenses do not."""
        return self.prepared.row.revoked_at is None


class Outcome(msgspec.Struct):
    """What became of a row: nothing is wrong with one that was taken in."""

    error: ItemError | None = None
    digest: bytes = b""
    takes_place: bool = False


def prepare_rows(
    call: AnyCall, found: LicenseImport, references: References, rows: Sequence[dict[str, Any]]
) -> list[Ready | Problem]:
    """All that can be known of each row before anything is written."""
    return [
        _prepare(call, found, references, (found.next_row + place, values))
        for place, values in enumerate(rows)
    ]


def _prepare(
    call: AnyCall,
    found: LicenseImport,
    references: References,
    numbered: tuple[int, dict[str, Any]],
) -> Ready | Problem:
    number, values = numbered
    try:
        row, never_ends = _read(values)
        if not row.policy_id:
            row.policy_id = found.policy_id or ""
        is_found = row.customer_id is not None and references.customer(row.customer_id) is not None
        if not is_found and (row.customer_external_id or row.customer_email):
            # An id from where the license comes from; the customer is known by other names.
            row.customer_id = None
        fields = {name: getattr(row, name) for name in LICENSE_FIELDS}
        prepared = prepare(
            call,
            NewLicense(**fields),
            references,
            license_id=license_id(found.pk, found.created_at, number),
            allows_weak_key=found.allows_weak_keys,
        )
        _set_state(call, prepared.row, row)
        if never_ends:
            prepared.row.expires_at = clamp_test_expiry(found.mode, call.now, None)
            prepared.row.clock_started_at = call.now
    except Problem as problem:
        return problem
    return Ready(prepared, row)


def _read(values: dict[str, Any]) -> tuple[ImportRow, bool]:
    """The row, and whether it never ends: an `expires_at` of `never`, whatever the policy says."""
    spread_out = spread(values)
    never_ends = spread_out.get("expires_at") == "never"
    if never_ends:
        spread_out["expires_at"] = None
    attached = spread_out.get("entitlements")
    if isinstance(attached, list):
        # An export tells their ids as well.
        spread_out["entitlements"] = [
            {name: value for name, value in item.items() if name != "id"}
            if isinstance(item, dict)
            else item
            for item in attached
        ]
    try:
        return msgspec.convert(spread_out, ImportRow), never_ends
    except msgspec.ValidationError as error:
        raise as_problem(str(error), ImportRow) from error


def _set_state(call: AnyCall, license_: License, row: ImportRow) -> None:
    """Suspended and revoked as it was there. Raises Problem for what lies ahead."""
    flaws = Flaws()
    suspended_at = flaws.read_instant("/suspended_at", row.suspended_at)
    revoked_at = flaws.read_instant("/revoked_at", row.revoked_at)
    for name, instant in (("suspended_at", suspended_at), ("revoked_at", revoked_at)):
        if instant is not None and instant > call.now:
            flaws.add(f"/{name}", f"`{name}` must not lie in the future.")
    flaws.raise_any()
    if row.suspended or suspended_at is not None:
        license_.suspended_at = call.now if suspended_at is None else suspended_at
        license_.suspension_reason = row.suspension_reason
    if row.revoked or revoked_at is not None:
        license_.revoked_at = call.now if revoked_at is None else revoked_at
        license_.revocation_reason = row.revocation_reason


def take_rows(
    call: AnyCall, found: LicenseImport, prepared: Sequence[Ready | Problem]
) -> list[Outcome]:
    """Write what can be; the others fail. Runs in the caller's transaction."""
    ready = [item for item in prepared if isinstance(item, Ready)]
    if found.is_dry_run:
        # What the rows before would have taken is taken for the moment.
        take_places(call, found.placed)
    # Counting locks the account's counter: what others have just created is seen below.
    places = take_places(call, sum(item.takes_place for item in ready))
    taken = _taken_keys(call, found, ready)
    outcomes: list[Outcome] = []
    fitting: list[Ready] = []
    left = places
    for place, item in enumerate(prepared):
        problem = item if isinstance(item, Problem) else _refusal(item, taken, left, call)
        if isinstance(item, Ready) and problem is None:
            taken[item.digest] = found.next_row + place
            left -= item.takes_place
            fitting.append(item)
            outcomes.append(Outcome(digest=item.digest, takes_place=item.takes_place))
        elif problem is not None:
            outcomes.append(Outcome(error=item_error(problem)))
    counters.release(call.principal.account_id, call.principal.mode, left)
    _give_to_customers(call, fitting)
    insert(call, [item.prepared for item in fitting])
    return outcomes


def _refusal(
    item: Ready, taken: dict[bytes, int | None], left: int, call: AnyCall
) -> Problem | None:
    if item.digest in taken:
        return _duplicate(taken[item.digest])
    return limit_reached(call) if item.takes_place and not left else None


def _duplicate(row: int | None) -> Problem:
    if row is None:
        return key_taken()
    message = f"Row {row} of this import has this key."
    flaw = FieldError("/key", "already_exists", message)
    return Problem("already_exists", message, param="key", errors=[flaw])


def _taken_keys(
    call: AnyCall, found: LicenseImport, ready: Sequence[Ready]
) -> dict[bytes, int | None]:
    """The keys that are given already, with the row of this import that has them."""
    digests = [item.digest for item in ready]
    rows = of_tenant(License, call)
    taken: dict[bytes, int | None] = {}
    for digest in rows.filter(previous_key_digest__in=digests).values_list(
        "previous_key_digest", flat=True
    ):
        taken[bytes(digest or b"")] = None
    for digest, made in rows.filter(key_digest__in=digests).values_list("key_digest", "id"):
        taken[bytes(digest)] = row_of(made, found.pk, found.created_at)
    if found.is_dry_run:
        dry = DryRunKey.objects.filter(license_import_id=found.pk, key_digest__in=digests)
        taken |= {bytes(digest or b""): row for digest, row in dry.values_list("key_digest", "row")}
    return taken


def note_dry_keys(found: LicenseImport, outcomes: Sequence[Outcome]) -> None:
    """Remember which keys a dry run would have given."""
    if found.is_dry_run:
        DryRunKey.objects.bulk_create(
            [
                DryRunKey(
                    license_import_id=found.pk,
                    key_digest=one.digest,
                    row=found.next_row + place,
                )
                for place, one in enumerate(outcomes)
                if one.error is None
            ],
            batch_size=500,
        )


def _give_to_customers(call: AnyCall, fitting: Sequence[Ready]) -> None:
    """Find each row's customer by your own id, else by address; create those that are not there."""
    wanted = [item for item in fitting if item.prepared.row.customer_id is None]
    wanted = [item for item in wanted if item.row.customer_external_id or item.row.customer_email]
    if not wanted:
        return
    by_id = {item.row.customer_external_id for item in wanted if item.row.customer_external_id}
    by_email = {item.row.customer_email for item in wanted if not item.row.customer_external_id}
    rows = of_tenant(Customer, call).filter(Q(external_id__in=by_id) | Q(email__in=by_email))
    known: dict[tuple[str, str | None], Customer] = {}
    for customer in rows.order_by("-id"):
        # The oldest of several with one address is the one.
        known["email", customer.email] = customer
        known["external_id", customer.external_id] = customer
    made: list[Customer] = []
    for item in wanted:
        name, value = "external_id", item.row.customer_external_id
        if value is None:
            name, value = "email", item.row.customer_email
        if (name, value) not in known:
            made.append(_make_customer(call, item.row))
            known["external_id", made[-1].external_id] = made[-1]
            known.setdefault(("email", made[-1].email), made[-1])
        item.prepared.row.customer = known[name, value]
    Customer.objects.bulk_create(made, batch_size=500)
    search_terms.insert(
        [
            term
            for row in made
            for term in search_terms.rows_for(row, "customer", search_terms.customer_terms(row))
        ]
    )


def _make_customer(call: AnyCall, row: ImportRow) -> Customer:
    return Customer(
        id=call.make_id("cus"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        name=row.customer_name,
        email=row.customer_email,
        external_id=row.customer_external_id,
        created_at=call.now,
        updated_at=call.now,
    )
