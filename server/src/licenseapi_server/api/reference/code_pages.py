"""The pages about codes: each error code, all of them, and those of validations."""

from collections.abc import Sequence

from licenseapi_server.api.openapi import errors_of
from licenseapi_server.api.reference.markup import code, error_links, escape, link, page, prose
from licenseapi_server.api.registry import Route
from licenseapi_server.domain.problems import PROBLEM_TYPES, PROBLEMS
from licenseapi_server.domain.verdict import RULES

BACK = '<p><a href="/docs">API reference</a></p>'


def render_errors_index() -> bytes:
    """All error codes by status."""
    rows = "".join(
        f"<tr><td>{error_links([problem.code])}</td>"
        f"<td>{problem.status}</td><td>{escape(problem.title)}</td></tr>"
        for problem in PROBLEM_TYPES
    )
    table = f"<table><tr><th>Code</th><th>Status</th><th>Title</th></tr>{rows}</table>"
    return page("Error codes", f"{BACK}<h1>Error codes</h1>{table}")


def render_error_page(name: str, routes: Sequence[Route]) -> bytes:
    """What a code means, what to do, and where it happens."""
    problem = PROBLEMS[name]
    links = "".join(
        f"<li>{link(f'/docs#{route.name}', route.summary)}</li>"
        for route in routes
        if name in errors_of(route)
    )
    body = (
        f'<p><a href="/docs">API reference</a> · <a href="/docs/errors">Error codes</a></p>'
        f"<h1>{code(name)}</h1><p><strong>{problem.status}</strong> · {escape(problem.title)}.</p>"
        f"<h2>What to do</h2><p>{prose(problem.action)}</p>"
        f"<h2>Where it happens</h2><ul>{links or '<li>Any request.</li>'}</ul>"
    )
    return page(name, body)


def render_codes_page() -> bytes:
    """The rules of a validation in their order."""
    rows = "".join(
        f"<tr><td>{code(outcome.verdict.code)}</td>"
        f"<td>{'yes' if outcome.verdict.is_valid else 'no'}</td>"
        f"<td>{prose(outcome.verdict.detail)}</td><td>{prose(outcome.advice)}</td></tr>"
        for rule in RULES
        for outcome in rule.outcomes
    )
    body = (
        f"{BACK}<h1>Validation codes</h1><p>The rules are tried in this order; the first that "
        "speaks gives the code. Every validation answers exactly one.</p>"
        "<table><tr><th>Code</th><th>Valid</th><th>Meaning</th><th>What to do</th></tr>"
        f"{rows}</table>"
    )
    return page("Validation codes", body)
