"""Every route, error code, scope and model is complete and documented."""

import io
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-house-"))

import django
import pytest

django.setup()

import licenseapi_server
from django.apps import apps
from django.core.management import call_command
from django.db.models import NOT_PROVIDED
from licenseapi_server import __version__
from licenseapi_server.api.call import NoBody
from licenseapi_server.api.openapi import build_openapi, errors_of, takes_body
from licenseapi_server.api.reference_page import ReferencePages
from licenseapi_server.api.registry import ANY_SCOPE
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.domain.problems import PROBLEMS
from licenseapi_server.domain.scopes import ALL_SCOPES

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path(licenseapi_server.__file__).parent
DOCUMENT = build_openapi(ROUTES, "http://127.0.0.1:8000")
# Reviewed: what anyone may ask without a credential.
PUBLIC = {"jwks.live", "jwks.test"}
MODELS = [
    model
    for app in apps.get_app_configs()
    if "licenseapi" in app.name
    for model in app.get_models()
]


def test_every_route_declares_a_scope_or_is_on_the_public_list() -> None:
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
        used |= set(re.findall(r'(?:_refuse|_ended|Problem)\([^()]*?"([a-z_]+)"', text))
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


def test_every_required_column_has_a_database_default() -> None:
    """A node of the previous release may insert rows during an upgrade."""
    missing = [
        f"{model.__name__}.{field.name}"
        for model in MODELS
        for field in model._meta.local_concrete_fields
        if not (field.null or field.primary_key or field.is_relation)
        and field.db_default is NOT_PROVIDED
        and field.get_internal_type() != "BinaryField"
        and field.name not in {"password", "email"}
    ]
    assert missing == []


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
