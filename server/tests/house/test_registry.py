"""Every route, error code, scope and model is complete and documented."""

import io
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-house-"))

import django
import pytest

django.setup()

import licenseapi_server
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED
from house.sources import beyond
from licenseapi_server import __version__
from licenseapi_server.api.call import NoBody
from licenseapi_server.api.openapi import build_openapi, errors_of, takes_body
from licenseapi_server.api.reference.pages import ReferencePages
from licenseapi_server.api.registry import ANY_SCOPE
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.columns import InstantField
from licenseapi_server.domain.problems import PROBLEMS
from licenseapi_server.domain.scopes import ALL_SCOPES

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path(licenseapi_server.__file__).parent
DOCUMENT = build_openapi(ROUTES, "http://127.0.0.1:8000")
# Reviewed: what anyone may ask without a credential.
PUBLIC = {
    "jwks.live",
    "jwks.test",
    "root_keys.live",
    "root_keys.test",
    "revocations.live",
    "revocations.test",
    "portal.request_link",
    "portal.request_test_link",
    "portal.create_session",
    "leaks.report",
    "billing.receive_live",
    "billing.receive_test",
}
MODELS = [
    model
    for app in apps.get_app_configs()
    if "licenseapi" in app.name
    for model in app.get_models()
]


def test_k05_every_route_declares_a_scope_or_is_on_the_public_list() -> None:
    """Deny by default: forgetting a scope is not a way to be public."""
    assert {route.name for route in ROUTES if route.is_public} == PUBLIC
    scopes = {route.scope for route in ROUTES if not route.is_public}
    assert scopes - {ANY_SCOPE} <= set(ALL_SCOPES)
    assert [route.name for route in ROUTES if route.scope == ANY_SCOPE] == ["me.get"]


def test_every_route_is_documented() -> None:
    """Names are unique; a body has an example; every error code exists."""
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))
    for route in ROUTES:
        assert route.summary, route.name
        assert set(errors_of(route)) <= set(PROBLEMS), route.name
        if takes_body(route) and route.body is not NoBody:
            assert route.example is not None, f"{route.name} has no example"


def test_every_error_code_has_a_page_and_is_used() -> None:
    """One page per code; no code that nothing answers, no answer without a code."""
    pages = ReferencePages(ROUTES, "http://127.0.0.1:8000")
    used: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'(?:_refuse|_ended|Problem|Denied)\([^()]*?"([a-z_]+)"', text))
        used |= set(re.findall(r'_refuse, "([a-z_]+)"', text)) & set(PROBLEMS)
    for code in PROBLEMS:
        assert pages.find(f"/docs/errors/{code}"), code
    indirect = {"invalid_request", "unknown_field", "authentication_failed"}
    assert used - set(PROBLEMS) == set()
    assert set(PROBLEMS) - used - indirect == set()


def test_every_model_is_in_the_glossary() -> None:
    """One word per concept, and each is explained."""
    glossary = (ROOT / "docs/glossary.md").read_text()
    assert [model.__name__ for model in MODELS if f"| {model.__name__} |" not in glossary] == []


def _lacks_default(field: Any) -> bool:
    """Required, and nothing in the database fills it."""
    return not field.null and not field.primary_key and field.db_default is NOT_PROVIDED


def _is_identity(field: Any) -> bool:
    """What makes the row this row: whom it belongs to, or a value that only one row can have."""
    return field.is_relation or field.unique


def test_every_required_column_has_a_database_default() -> None:
    """A node of another release may insert rows during an upgrade without naming the column.

    A reference, or a value of which every row has its own, has no default that could serve
    two rows; `password` is Django's own column. The excepted columns are keys and digests: a
    row without its own must fail instead of being stored with an empty one.
    """
    missing = {
        f"{model.__name__}.{field.name}": 1
        for model in MODELS
        for field in model._meta.local_concrete_fields
        if _lacks_default(field) and not _is_identity(field) and field.name != "password"
    }
    found, excepted = beyond("required_columns", [missing])
    assert found == excepted


def _added_without_default(operations: Iterable[Operation]) -> list[str]:
    return [
        f"{operation.model_name}.{operation.name}"
        for operation in operations
        if isinstance(operation, AddField) and _lacks_default(operation.field)
    ]


def test_no_column_without_a_default_is_added_later() -> None:
    """Identity is decided when a table is made: an older release cannot know a later one."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    operations = [
        operation
        for (app, _name), migration in loader.disk_migrations.items()
        if "licenseapi" in apps.get_app_config(app).name and not migration.initial
        for operation in migration.operations
    ]
    assert _added_without_default(operations) == []
    planted = [
        AddField("license", "seat", models.IntegerField(default=1)),
        AddField("license", "owner", models.ForeignKey("accounts.User", models.PROTECT)),
        AddField("license", "place", models.IntegerField(db_default=1)),
        AddField("license", "note", models.TextField(null=True)),
    ]
    assert _added_without_default(planted) == ["license.seat", "license.owner"]


def test_instants_are_named_as_instants() -> None:
    """They end in `_at`, or say what begins and ends with them."""
    ends = re.compile(r"_(at|from|until|start)$")
    instants = [
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.local_concrete_fields
        if isinstance(field, InstantField)
    ]
    assert instants
    assert [place for place in instants if not ends.search(place)] == []


def test_every_scope_is_documented() -> None:
    """A vendor picks scopes from the pages, not from the source."""
    pages = "".join(page.read_text() for page in (ROOT / "docs/reference").glob("*.md"))
    assert [scope for scope in ALL_SCOPES if f"`{scope}`" not in pages] == []


def test_migrations_describe_the_models() -> None:
    """No model has changed without a migration."""
    output = io.StringIO()
    call_command("makemigrations", dry_run=True, stdout=output)
    assert output.getvalue() == "No changes detected\n"


def test_the_changelog_begins_with_this_version() -> None:
    """The top version of the changelog is the package's."""
    found = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert found is not None
    assert found[1] == __version__


@pytest.mark.parametrize("language", ["python", "node"])
def test_operations_of_the_sdk_are_those_of_the_api(language: str) -> None:
    """Operation ⇔ method, with the same path and the same idempotency, in both languages."""
    expected = {
        (item["operationId"], method.upper(), path, item["x-idempotency"] == "key")
        for path, methods in DOCUMENT["paths"].items()
        for method, item in methods.items()
    }
    if language == "python":
        import licenseapi.operations as sdk

        actual = {tuple(operation) for operation in sdk.OPERATIONS.values()}
        left_out = sdk.LEFT_OUT
    else:
        actual, left_out = _node_operations()
    assert actual == {row for row in expected if row[0] not in left_out}


def _node_operations() -> tuple[set[tuple[str, str, str, bool]], set[str]]:
    text = (ROOT / "sdk/node/lib/operations.js").read_text()
    rows = re.findall(r"\['([a-z_.]+)', '([A-Z]+)', '([^']+)'(, BY_KEY)?\]", text)
    left_out = re.search(r"LEFT_OUT = new Set\((\[.*?\])\)", text)
    assert left_out is not None
    return (
        {(name, method, path, bool(by_key)) for name, method, path, by_key in rows},
        set(json.loads(left_out[1].replace("'", '"'))),
    )


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    """The repository installs from wherever its user's package manager is set up to look."""
    # Spelled backward, so that this file does not name them itself.
    hosts = "|".join(name[::-1] for name in ("ipyp", "detsohnohtyp", "sjmpn"))
    folders = "|".join(name[::-1] for name in ("/toor/", "/krow/"))
    forbidden = re.compile(f"://[^/ \"']*(?:{hosts})|(?:{folders})")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    guilty = []
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if name and path.is_file() and forbidden.search(path.read_text(errors="replace")):
            guilty.append(name)
    assert guilty == []
