"""A new key for the same license; the old one works until the overlap ends."""

from django.db import IntegrityError, transaction

from licenseapi_server.api.call import Answer, Call, NoQuery
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.fields import Flaws
from licenseapi_server.api.management.key_signing import KeySigning
from licenseapi_server.api.management.license_fields import RollKeyBody
from licenseapi_server.api.management.license_issuing import (
    digest_key,
    key_taken,
    note_custom_keys,
    read_key,
)
from licenseapi_server.api.management.license_rendering import render_license
from licenseapi_server.api.management.licenses import get_for_change
from licenseapi_server.api.management.rows import change_row, check_version, of_tenant
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.license_keys import license_key_hint
from licenseapi_server.domain.license_state import Refused, decide_action
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.licensing import search_terms
from licenseapi_server.licensing.models import License


def roll_key(call: Call[RollKeyBody, NoQuery]) -> Answer:
    """Give the license a new key, which is in this answer. Machines and tokens go on."""
    row = get_for_change(call)
    check_version(row, call)
    outcome = decide_action("roll_key", suspended_at=row.suspended_at, revoked_at=row.revoked_at)
    if isinstance(outcome, Refused):
        raise Problem("invalid_state", outcome.detail)
    flaws = Flaws()
    key = read_key(call.body.key, row.policy, flaws)
    flaws.raise_any()
    key = key or KeySigning(call).sign(row)
    digest = digest_key(call, key)
    _check_free(call, row, digest)

    try:
        with transaction.atomic():
            change_row(
                row,
                call,
                {
                    "key_digest": digest,
                    "key_encrypted": call.deployment.seal(key.encode(), row.id),
                    "key_hint": license_key_hint(key),
                    "previous_key_digest": bytes(row.key_digest),
                    "previous_key_until": call.now + call.body.overlap_seconds * SECOND,
                },
            )
    except IntegrityError as error:
        raise key_taken() from error
    search_terms.replace(row, "license", search_terms.license_terms(row))
    if call.body.key is not None:
        note_custom_keys({row.account_id})
    until = render_instant(call.now + call.body.overlap_seconds * SECOND)
    event_log.record(call, "license.key_rolled", [row], {"old_key_until": until})

    return Answer(render_license(call, row, key=key), license_id=row.id)


def _check_free(call: Call[RollKeyBody, NoQuery], row: License, digest: bytes) -> None:
    """The key is neither this license's own, nor another's, nor what another had before."""
    if digest == bytes(row.key_digest):
        raise field_problem("/key", "The license has this key already.")
    others = of_tenant(License, call).exclude(pk=row.pk)
    if (
        others.filter(key_digest=digest).exists()
        or others.filter(previous_key_digest=digest).exists()
    ):
        raise key_taken()
