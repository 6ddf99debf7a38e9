"""Issuing licenses: one at a time or by the thousand, from the same preparation."""

import os
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from licenseapi_server.accounts.models import Account
from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management import attachments, event_log
from licenseapi_server.api.management.fields import Flaws, json_text
from licenseapi_server.api.management.key_signing import KeySigning
from licenseapi_server.api.management.license_fields import OVERRIDES, License, NewLicense
from licenseapi_server.api.management.license_user_rows import (
    make_user,
    read_users,
    refuse_beyond_limit,
)
from licenseapi_server.api.management.rows import find_reference, no_such, of_tenant, visible
from licenseapi_server.catalog.attachments import Attachment, granted_text
from licenseapi_server.catalog.models import Policy
from licenseapi_server.domain.clocks import is_waiting
from licenseapi_server.domain.instants import DAY, render_instant
from licenseapi_server.domain.license_keys import (
    check_custom_key,
    fold_license_key,
    has_own_form,
    license_key_hint,
    make_license_key,
)
from licenseapi_server.domain.license_state import initial_expiry
from licenseapi_server.domain.problems import FieldError, Problem
from licenseapi_server.domain.quotas import TEST_LICENSE_DAYS
from licenseapi_server.licensing import counters, models, search_terms
from licenseapi_server.licensing.models import Customer, LicenseEntitlement, LicenseUser

KEY_BYTES = 15


class Prepared(msgspec.Struct):
    """A license that may be issued: its key's text, and the rows that go with it."""

    row: models.License
    key: str
    terms: list[search_terms.TermRow]
    attached: list[LicenseEntitlement]
    is_custom: bool
    users: list[LicenseUser]
    view: License | UnsetType = UNSET


class References:
    """What bodies of one call refer to, each looked up once."""

    def __init__(self, call: AnyCall) -> None:
        self._call = call
        self.signing = KeySigning(call)
        self._policies: dict[str, Policy | None] = {}
        self._customers: dict[str, Customer | None] = {}

    def policy(self, policy_id: str) -> Policy | None:
        """The policy of this id, with its product."""
        if policy_id not in self._policies:
            rows = visible(Policy, self._call).select_related("product")
            self._policies[policy_id] = find_reference(rows, "pol", policy_id)
        return self._policies[policy_id]

    def customer(self, customer_id: str) -> Customer | None:
        """The customer of this id."""
        if customer_id not in self._customers:
            rows = of_tenant(Customer, self._call)
            self._customers[customer_id] = find_reference(rows, "cus", customer_id)
        return self._customers[customer_id]


def prepare(
    call: AnyCall,
    body: NewLicense,
    references: References,
    *,
    license_id: str = "",
    allows_weak_key: bool = False,
) -> Prepared:
    """Check a body and make its rows; nothing is written. Raises Problem with every flaw."""
    flaws = Flaws()
    policy = find_policy(references, body.policy_id, flaws)
    customer = find_customer(references, body.customer_id, flaws)
    starts_at = flaws.read_instant("/starts_at", body.starts_at)
    expires_at = flaws.read_instant("/expires_at", body.expires_at)
    check_span(starts_at, expires_at, flaws, "expires_at")
    if expires_at is None or expires_at > (starts_at or 0):
        check_span(
            starts_at,
            clamp_test_expiry(call.principal.mode, call.now, expires_at),
            flaws,
            "starts_at",
        )
    flaws.check_metadata("/metadata", body.metadata)
    flaws.check_metadata("/private_metadata", body.private_metadata)
    attached = attachments.read(call, body.entitlements, flaws)
    key = read_key(body.key, policy, flaws, allows_weak=allows_weak_key)
    named = read_users(
        body.users, flaws, lambda name, place: find_customer(references, name, flaws, place)
    )
    flaws.raise_any()
    if policy is None:
        raise Problem("not_found")

    row = _make_row(call, body, policy, license_id=license_id or call.make_id("lic"))
    row.customer = customer
    row.starts_at = starts_at
    _set_expiry(call, row, policy, expires_at)
    key = key or references.signing.sign(row)
    set_key(call, row, key)
    row.entitlements = granted_text(attached)
    refuse_beyond_limit(row, len(named))
    row.user_count = len(named)
    users = [make_user(call, row, *user) for user in named]
    terms = search_terms.rows_for(row, "license", search_terms.license_terms(row))
    return Prepared(row, key, terms, attachment_rows(row, attached), body.key is not None, users)


def _set_expiry(call: AnyCall, row: models.License, policy: Policy, given: int | None) -> None:
    """The end that was asked for, else by the policy; its clock runs unless it waits for a use."""
    expires_at = given
    if given is None:
        expires_at = initial_expiry(
            created_at=call.now,
            starts_at=row.starts_at,
            duration=policy.duration,
            basis=policy.expiration_basis,
        )
    row.expires_at = clamp_test_expiry(call.principal.mode, call.now, expires_at)
    if given is not None or not is_waiting(None, policy.expiration_basis, policy.duration):
        row.clock_started_at = call.now


def find_policy(references: References, policy_id: str, flaws: Flaws) -> Policy | None:
    """The policy to issue under; None with a flaw when there is none."""
    policy = references.policy(policy_id)
    if policy is None:
        flaws.errors.append(no_such("/policy_id", "policy"))
        return None
    if policy.archived_at is not None:
        flaws.add("/policy_id", "The policy is archived.", "archived")
    return policy


def find_customer(
    references: References, customer_id: str | None, flaws: Flaws, place: str = ""
) -> Customer | None:
    """The customer that a body names, at `place`; None with a flaw when there is none."""
    if customer_id is None:
        return None
    customer = references.customer(customer_id)
    if customer is None:
        flaws.errors.append(no_such(f"{place}/customer_id", "customer"))
    return customer


def read_key(
    given: str | None, policy: Policy | None, flaws: Flaws, *, allows_weak: bool = False
) -> str:
    """The key that a body gives, or a new one; empty with a flaw, or when it is to be signed."""
    is_signed = policy is not None and policy.key_format == "signed"
    if is_signed and given is not None:
        message = (
            "`key` must be left out: the policy has `key_format: signed`, so the server signs it."
        )
        flaws.add("/key", message)
        return ""
    if is_signed:
        return ""
    if given is None:
        if policy is not None and policy.key_format == "custom":
            message = "`key` is required: the policy has `key_format: custom`."
            flaws.add("/key", message, "required")
        return make_license_key(os.urandom(KEY_BYTES))
    try:
        return check_custom_key(given, allow_weak=allows_weak)
    except ValueError as error:
        flaws.add("/key", f"`key` {error}.")
        return ""


def clamp_test_expiry(mode: str, now: int, expires_at: int | None) -> int | None:
    """A test license ends within 90 days, whatever was asked."""
    if mode != "test":
        return expires_at
    latest = now + TEST_LICENSE_DAYS * DAY
    return latest if expires_at is None else min(expires_at, latest)


def check_span(starts_at: int | None, expires_at: int | None, flaws: Flaws, sent: str) -> None:
    """Note, at the field that was sent, an expiry that does not come after the start."""
    if starts_at is None or expires_at is None or expires_at > starts_at:
        return
    message = f"must be later than `starts_at`, {render_instant(starts_at)}"
    if sent == "starts_at":
        message = f"must be earlier than the expiry, {render_instant(expires_at)}"
    flaws.add(f"/{sent}", f"`{sent}` {message}.")


def overrides_of(values: dict[str, Any]) -> dict[str, int | str]:
    """The limits that a license sets for itself."""
    return {name: values[name] for name in OVERRIDES if values.get(name) is not None}


def _make_row(
    call: AnyCall, body: NewLicense, policy: Policy, *, license_id: str
) -> models.License:
    given = {name: getattr(body, name) for name in OVERRIDES}
    return models.License(
        id=license_id,
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        policy=policy,
        product=policy.product,
        name=body.name,
        metadata=json_text(body.metadata),
        private_metadata=json_text(body.private_metadata),
        overrides=json_text(overrides_of(given)),
        created_at=call.now,
        updated_at=call.now,
    )


def set_key(call: AnyCall, row: models.License, key: str) -> None:
    """Give the row its key: as a digest to find it by, sealed, and as a hint."""
    row.key_digest = digest_key(call, key)
    row.key_encrypted = call.deployment.seal(key.encode(), row.pk)
    row.key_hint = license_key_hint(key)


def digest_key(call: AnyCall, key: str) -> bytes:
    """What a key is found by.

    Own keys are found under their folded text, so that typing them is forgiving; so are
    those that come back from an export, else a key could be given to two licenses.
    """
    folded = fold_license_key(key)
    return call.deployment.license_keys.digest(folded if has_own_form(folded) else key)


def taken_keys(call: AnyCall, prepared: Sequence[Prepared]) -> set[bytes]:
    """The digests among these that other licenses already have, or had before a roll."""
    digests = [bytes(item.row.key_digest) for item in prepared if item.is_custom]
    if not digests:
        return set()
    rows = of_tenant(models.License, call)
    return {
        bytes(digest)
        for column in ("key_digest", "previous_key_digest")
        for digest in rows.filter(**{f"{column}__in": digests}).values_list(column, flat=True)
    }


def key_taken() -> Problem:
    """The refusal of a key that another license has."""
    message = "Another license has this key."
    flaw = FieldError("/key", "already_exists", message)
    return Problem("already_exists", message, param="key", errors=[flaw])


def note_custom_keys(accounts: set[str]) -> None:
    """Remember that not every key of these accounts has the form of our own."""
    Account.objects.filter(pk__in=accounts, has_custom_license_keys=False).update(
        has_custom_license_keys=True
    )


def take_places(call: AnyCall, wanted: int) -> int:
    """Count new licenses against the plan; how many of them fit."""
    principal = call.principal
    plan = call.deployment.plan_for(principal.plan, principal.mode)
    return counters.take(principal.account_id, principal.mode, wanted, plan.max_licenses)


def limit_reached(call: AnyCall) -> Problem:
    """The refusal at the plan's number of licenses."""
    plan = call.deployment.plan_for(call.principal.plan, call.principal.mode)
    detail = f"The plan allows {plan.max_licenses} licenses. Revoke some, or move to a larger plan."
    return Problem("license_limit_reached", detail, limit=plan.max_licenses)


def insert(call: AnyCall, prepared: Sequence[Prepared]) -> None:
    """Write the rows, what they are found by, their attachments and their first events."""
    rows = [item.row for item in prepared]
    models.License.objects.bulk_create(rows, batch_size=500)
    search_terms.insert([term for item in prepared for term in item.terms])
    LicenseEntitlement.objects.bulk_create(
        [row for item in prepared for row in item.attached], batch_size=2_000
    )
    users = [user for item in prepared for user in item.users]
    LicenseUser.objects.bulk_create(users, batch_size=500)
    event_log.record(call, "license.created", rows)
    event_log.record(
        call,
        "license_user.created",
        [user.license for user in users],
        objects=[user.pk for user in users],
    )
    note_custom_keys({item.row.account_id for item in prepared if item.is_custom})


def attachment_rows(
    row: models.License, attached: Sequence[Attachment]
) -> list[LicenseEntitlement]:
    """The rows that attach entitlements to a license."""
    return [
        LicenseEntitlement(
            account_id=row.account_id,
            license=row,
            entitlement=item.entitlement,
            expires_at=item.expires_at,
            max_leases=item.max_leases,
        )
        for item in attached
    ]
