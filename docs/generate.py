"""Writes docs/reference from the registries. A house test fails when a page is not current."""
# ruff: noqa: E402 - Django must be set up before its models are imported

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-docs-"))

import django

django.setup()

from data_model import render_data_model
from licenseapi_server.api.openapi import errors_of
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.cli.main import make_parser
from licenseapi_server.domain.problems import PROBLEM_TYPES
from licenseapi_server.domain.scopes import (
    ALL_SCOPES,
    PORTAL_SCOPES,
    PRESETS,
    PUBLISHABLE_KEY_SCOPES,
    SECRET_KEY_SCOPES,
)
from licenseapi_server.domain.verdict import RULES
from licenseapi_server.settings import SETTINGS
from tables import make_page, make_table

FOLDER = Path(__file__).parent / "reference"


def _shown(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"`{text}`" if value not in ("", b"", ()) else ""


def render_settings() -> str:
    """The table of settings."""
    rows = [
        (
            f"`{setting.environment_variable}`",
            setting.help + (" Secret." if setting.is_secret else ""),
            _shown(setting.default),
        )
        for setting in SETTINGS
    ]
    return make_page(
        "Settings",
        "Environment variables. A secret may also stand in the file that `<VARIABLE>_FILE` names; "
        "those of the server itself are made at first start, in `secrets/` of the data directory. "
        "A value that cannot be used refuses to start and names its variable.",
        make_table(("Variable", "Meaning", "Default"), rows),
    )


def render_commands() -> str:
    """Every command of `licenseapi-server`, with its options."""
    parser = make_parser()
    group = next(
        action
        for action in parser._actions  # noqa: SLF001 - argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )
    summaries = {action.dest: action.help or "" for action in group._choices_actions}  # noqa: SLF001
    blocks = []
    for name, command in group.choices.items():
        rows = [
            (
                f"`{' '.join(action.option_strings)}`",
                action.help or "",
                _shown(action.default or ""),
            )
            for action in command._actions  # noqa: SLF001
            if action.dest != "help"
        ]
        summary = summaries[name]
        blocks.append(f"## `{name}`\n\n{summary[:1].upper()}{summary[1:]}.")
        blocks.append(make_table(("Option", "Meaning", "Default"), rows))
    intro = (
        "`licenseapi-server COMMAND`. An expected failure is one sentence on standard error and "
        "exit code 1. Options win over the [settings](settings.md) of the same name."
    )
    return make_page("Command line", intro, *blocks)


def render_errors() -> str:
    """One section per error code."""
    blocks = []
    for problem in PROBLEM_TYPES:
        routes = [route.name for route in ROUTES if problem.code in errors_of(route)]
        where = "any request" if len(routes) in (0, len(ROUTES)) else _operations(routes)
        blocks.append(
            f"## `{problem.code}`\n\n**{problem.status}** · {problem.title}.\n\n"
            f"What to do: {problem.action}\n\nWhere: {where}."
        )
    intro = (
        "Every error is a problem document (RFC 9457) with one of these in `code`. A license that "
        "is not valid is not an error: see [validation codes](validation-codes.md)."
    )
    return make_page("Error codes", intro, *blocks)


def _operations(names: list[str], shown: int = 12) -> str:
    if len(names) > shown:
        return f"{len(names)} of {len(ROUTES)} operations"
    return ", ".join(f"`{name}`" for name in names)


def render_codes() -> str:
    """The verdict rules, in their order."""
    rows = [
        (
            str(rule.number),
            f"`{outcome.verdict.code}`",
            "yes" if outcome.verdict.is_valid else "no",
            outcome.verdict.detail,
            outcome.advice,
        )
        for rule in RULES
        for outcome in rule.outcomes
    ]
    return make_page(
        "Validation codes",
        "The rules are tried in this order, and the first that speaks gives the one code of the "
        "answer. Whoever may ask gets HTTP 200, whatever the code.",
        make_table(("Rule", "Code", "Valid", "Meaning", "What to do"), rows),
    )


def render_operations() -> str:
    """Every endpoint in one table; the server's own /docs has the fields."""
    rows = [
        (
            f"`{route.name}`",
            f"`{route.method} {route.path}`",
            route.summary,
            "public" if route.is_public else f"`{route.scope}`" if route.scope else "any",
        )
        for route in ROUTES
    ]
    return make_page(
        "Operations",
        "Fields, examples and errors of each are on the server itself, at `/docs`; the OpenAPI "
        "document is at `/v1/openapi.json`.",
        make_table(("Operation", "Request", "What it does", "Scope"), rows),
    )


def render_scopes() -> str:
    """The closed list of permissions, what implies them, and the named sets."""
    rows = [
        (
            f"`{scope}`",
            "yes" if scope in SECRET_KEY_SCOPES else "",
            "yes" if scope in PUBLISHABLE_KEY_SCOPES else "",
            "portal sessions only" if scope in PORTAL_SCOPES else _operations(_routes_of(scope)),
        )
        for scope in ALL_SCOPES
    ]
    presets = [
        (f"`{name}`", " ".join(f"`{scope}`" for scope in scopes))
        for name, scopes in PRESETS.items()
    ]
    return make_page(
        "Scopes",
        "What a key or token may do. A secret key holds those marked so and any granted to it by "
        "name, a restricted key only what it was given, a publishable key what software in "
        "customers' hands needs. Writing never implies reading. A scope without an operation can "
        "be granted already; its operations come with a later release.",
        make_table(("Scope", "Secret key", "Publishable key", "Operations"), rows),
        "## Presets\n\nNamed sets, as the command line and the dashboard offer them.",
        make_table(("Preset", "Scopes"), presets),
    )


def _routes_of(scope: str) -> list[str]:
    return [route.name for route in ROUTES if route.scope == scope]


PAGES = {
    "settings.md": render_settings,
    "cli.md": render_commands,
    "errors.md": render_errors,
    "validation-codes.md": render_codes,
    "operations.md": render_operations,
    "scopes.md": render_scopes,
    "data-model.md": render_data_model,
}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (FOLDER / name).write_text(render())
        print(f"docs/reference/{name}")
