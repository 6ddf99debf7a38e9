"""The reference page at /docs: plain HTML from the registry. No script, nothing from elsewhere."""

import html
from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server import __version__
from licenseapi_server.api.openapi import build_openapi, errors_of
from licenseapi_server.api.registry import Route
from licenseapi_server.domain.problems import PROBLEM_TYPES, PROBLEMS
from licenseapi_server.domain.verdict import RULES

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2557c7 }
@media (prefers-color-scheme: dark) { :root { --accent: #8fb2ff } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem }
a { color: var(--accent) } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line) }
h3 { margin-top: 2.25rem } code, pre { font: 14px/1.5 ui-monospace, monospace }
pre { padding: .75rem 1rem; overflow-x: auto; background: var(--soft); border-radius: .4rem }
table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
td, th { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0 }
td, th { border-bottom: 1px solid var(--line) } nav ul { columns: 18rem; padding-left: 1.1rem }
"""


def _page(title: str, body: str) -> bytes:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)} · License-API</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return text.encode()


def _code(text: object) -> str:
    return f"<code>{html.escape(str(text))}</code>"


def _prose(text: str) -> str:
    """Escaped text in which `this` is code."""
    parts = text.split("`")
    return "".join(
        _code(part) if place % 2 else html.escape(part) for place, part in enumerate(parts)
    )


def _type_text(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type_text(item) for item in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(item) for item in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type_text(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _fields_table(rows: list[tuple[str, str, str, str]]) -> str:
    if not rows:
        return ""
    head = "<tr><th>Name</th><th>Type</th><th>Default</th><th>Meaning</th></tr>"
    lines = "".join(
        f"<tr><td>{_code(name)}</td><td>{html.escape(kind)}</td><td>{_prose(default)}</td>"
        f"<td>{_prose(meaning)}</td></tr>"
        for name, kind, default, meaning in rows
    )
    return f'<div class="wide"><table>{head}{lines}</table></div>'


class ReferencePages:
    """The index at /docs, and a page for each error code and one for the validation codes."""

    def __init__(self, routes: Sequence[Route], base_url: str) -> None:
        document = build_openapi(routes, base_url)
        self._schemas = document["components"]["schemas"]
        self._base_url = base_url
        self._pages = {
            "/docs": self._index(routes, document),
            "/docs/errors": _errors_index(),
            "/docs/codes": _codes_page(),
            **{f"/docs/errors/{code}": _error_page(code, routes) for code in PROBLEMS},
        }

    def find(self, path: str) -> bytes | None:
        """The page at this path."""
        return self._pages.get(path.rstrip("/"))

    def _index(self, routes: Sequence[Route], document: dict[str, Any]) -> bytes:
        links = "".join(
            f'<li><a href="#{route.name}">{html.escape(route.summary)}</a></li>' for route in routes
        )
        body = (
            f"<h1>API reference</h1><p>License-API {__version__}. "
            '<a href="/v1/openapi.json">OpenAPI document</a> · '
            '<a href="/docs/errors">Error codes</a> · '
            '<a href="/docs/codes">Validation codes</a></p>'
            "<p>Send <code>Authorization: Bearer &lt;API key or token&gt;</code> with every "
            "request, unless it says <em>public</em>.</p>"
            f"<nav><ul>{links}</ul></nav>"
        )
        body += "".join(self._section(route, document) for route in routes)
        return _page("API reference", body)

    def _section(self, route: Route, document: dict[str, Any]) -> str:
        operation = document["paths"][route.path][route.method.lower()]
        scope = _code(route.scope) if route.scope else "any"
        access = (
            "<em>public</em>"
            if route.is_public
            else f"scope {scope} · credentials: {', '.join(sorted(route.credentials))}"
        )
        errors = ", ".join(f'<a href="/docs/errors/{code}">{code}</a>' for code in errors_of(route))
        return (
            f'<h3 id="{route.name}">{html.escape(route.summary)}</h3>'
            f"<p>{_code(f'{route.method} {route.path}')} · {access}</p>"
            f"<p>{_prose(route.description)}</p>"
            f"{_fields_table(_parameter_rows(operation))}"
            f"{_fields_table(self._body_rows(operation))}"
            f"<pre>{html.escape(self._example(route))}</pre>"
            f"<p>Answers {route.status} with {_code(self._answer_name(operation, route))}. "
            f"Errors: {errors}.</p>"
        )

    def _body_rows(self, operation: dict[str, Any]) -> list[tuple[str, str, str, str]]:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return []
        schema = self._schemas[content["schema"]["$ref"].rpartition("/")[2]]
        required = set(schema.get("required", ()))
        return [
            (
                name,
                _type_text(field),
                "required" if name in required else f"`{_json(field.get('default'))}`",
                field.get("description", ""),
            )
            for name, field in schema["properties"].items()
        ]

    @staticmethod
    def _answer_name(operation: dict[str, Any], route: Route) -> str:
        schema = operation["responses"][str(route.status)]["content"]["application/json"]["schema"]
        return _type_text(schema)

    def _example(self, route: Route) -> str:
        lines = [f"curl -X {route.method} {self._base_url}{route.path}"]
        if not route.is_public:
            lines.append('  -H "Authorization: Bearer $LICENSEAPI_API_KEY"')
        if route.needs_idempotency_key:
            lines.append('  -H "Idempotency-Key: invoice-1017"')
        if route.example is not None:
            lines.append('  -H "Content-Type: application/json"')
            lines.append(f"  -d '{_json(route.example).replace(chr(39), chr(92) + 'u0027')}'")
        return " \\\n".join(lines)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _parameter_rows(operation: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (
            parameter["name"],
            f"{_type_text(parameter['schema'])}, {parameter['in']}",
            "required" if parameter["required"] else "",
            parameter.get("description", parameter["schema"].get("description", "")),
        )
        for parameter in operation["parameters"]
    ]


def _errors_index() -> bytes:
    rows = "".join(
        f'<tr><td><a href="/docs/errors/{problem.code}">{problem.code}</a></td>'
        f"<td>{problem.status}</td><td>{html.escape(problem.title)}</td></tr>"
        for problem in PROBLEM_TYPES
    )
    table = f"<table><tr><th>Code</th><th>Status</th><th>Title</th></tr>{rows}</table>"
    return _page("Error codes", f"<h1>Error codes</h1>{table}")


def _error_page(code: str, routes: Sequence[Route]) -> bytes:
    problem = PROBLEMS[code]
    used = [route for route in routes if code in errors_of(route)]
    links = "".join(
        f'<li><a href="/docs#{route.name}">{html.escape(route.summary)}</a></li>' for route in used
    )
    body = (
        f"<h1>{_code(code)}</h1><p><strong>{problem.status}</strong> · "
        f"{html.escape(problem.title)}.</p>"
        f"<h2>What to do</h2><p>{_prose(problem.action)}</p>"
        f"<h2>Where it happens</h2><ul>{links or '<li>Any request.</li>'}</ul>"
    )
    return _page(code, body)


def _codes_page() -> bytes:
    rows = "".join(
        f"<tr><td>{rule.number}</td><td>{', '.join(_code(code) for code in rule.codes)}</td>"
        f"<td>{html.escape((rule.check.__doc__ or '').partition(': ')[2])}</td></tr>"
        for rule in RULES
    )
    body = (
        "<h1>Validation codes</h1><p>The rules are tried in this order; the first that does not "
        "hold gives the code. Every validation answers exactly one.</p>"
        f"<table><tr><th>Rule</th><th>Codes</th><th>It asks whether</th></tr>{rows}</table>"
    )
    return _page("Validation codes", body)
