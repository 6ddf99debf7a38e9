"""create-account, create-api-key: they work whether or not the server runs."""

import argparse
import json
import re
import sys
import time

import msgspec

from licenseapi_server.deployment import Deployment, make_deployment
from licenseapi_server.serving import preparation
from licenseapi_server.serving.running import StartError

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MAX_NAME, MAX_EMAIL = 200, 254
FIRST_NAME, FIRST_EMAIL = "My company", "owner@localhost"


class NewAccountText(msgspec.Struct):
    """What the first start prints."""

    account_id: str
    secret_key: str


def create_account(options: argparse.Namespace) -> int:
    """Create an account; print its keys, this once."""
    if not EMAIL.fullmatch(options.email) or len(options.email) > MAX_EMAIL:
        message = f"{options.email[:MAX_EMAIL]!r} is not an email address."
        raise StartError(message)
    _check_name(options.name)
    deployment = _deployment()
    if options.plan not in deployment.plans:
        message = f"There is no plan {options.plan!r}; there are {', '.join(deployment.plans)}."
        raise StartError(message)
    from django.db import transaction

    from licenseapi_server.accounts import issuing
    from licenseapi_server.records import recording

    now = time.time_ns() // 1000
    with transaction.atomic(), recording.watching() as changes:
        new = issuing.create_account(
            deployment, name=options.name.strip(), email=options.email, plan=options.plan, now=now
        )
        account_id = new.account.id
        act = recording.by_operator(account_id, "create-account", account_id, now)
        recording.write(act, changes)
    shown = {"account_id": new.account.id, "owner_email": new.owner_email, **new.secrets}
    if options.json:
        sys.stdout.write(json.dumps(shown) + "\n")
        return 0
    sys.stdout.write(f"Account {new.account.id} of {new.owner_email}\n")
    for mode, keys in new.secrets.items():
        for name, text in keys.items():
            sys.stdout.write(f"  {mode} {name.replace('_', ' ')}: {text}\n")
    sys.stdout.write("Keep the secret keys: they are shown only this once.\n")
    return 0


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= MAX_NAME or not name.isprintable():
        message = f"--name must be one line of 1 to {MAX_NAME} characters."
        raise StartError(message)


def create_api_key(options: argparse.Namespace) -> int:
    """Create a key with scopes that no key could grant over the API."""
    _check_name(options.name)
    if options.type == "restricted" and not options.scope:
        message = "A restricted key needs at least one --scope: without any it may do nothing."
        raise StartError(message)
    if options.type == "publishable" and options.scope:
        message = "A publishable key has fixed scopes: leave --scope out."
        raise StartError(message)
    deployment = _deployment()
    from django.db import transaction

    from licenseapi_server.accounts import issuing, models
    from licenseapi_server.records import recording

    account = models.Account.objects.filter(pk=options.account).first()
    if account is None:
        message = f"There is no account {options.account}."
        raise StartError(message)
    now = time.time_ns() // 1000
    row = models.ApiKey(
        id=issuing.new_id("key", now),
        account=account,
        mode=options.mode,
        type=options.type,
        name=options.name,
        scopes=" ".join(sorted(set(options.scope))),
        created_at=now,
        updated_at=now,
    )
    with transaction.atomic(), recording.watching() as changes:
        issued = issuing.issue_key(deployment, row, now)
        act = recording.by_operator(account.pk, "create-api-key", row.id, now)
        recording.write(act, changes)
    if options.json:
        sys.stdout.write(json.dumps({"id": row.id, "secret": issued.text}) + "\n")
    else:
        sys.stdout.write(f"{row.id}: {issued.text}\nKeep it: it is shown only this once.\n")
    return 0


def create_first_account(deployment: Deployment, now: int) -> NewAccountText | None:
    """The account of a first start; None when there is one already."""
    from django.db import transaction

    from licenseapi_server.accounts import issuing, models
    from licenseapi_server.records import recording

    with transaction.atomic(), recording.watching() as changes:
        if models.Account.objects.exists():
            return None
        new = issuing.create_account(
            deployment,
            name=FIRST_NAME,
            email=FIRST_EMAIL,
            plan=deployment.settings.first_account_plan,
            now=now,
        )
        account_id = new.account.id
        act = recording.by_operator(account_id, "first-account", account_id, now)
        recording.write(act, changes)
    return NewAccountText(new.account.id, new.secrets["live"]["secret_key"])


def _deployment() -> Deployment:
    return make_deployment(preparation.prepared_settings())
