"""The section about one endpoint: who may call it, with what, and what comes back."""

import json
from collections.abc import Mapping
from typing import Any

from licenseapi_server.api.example_answers import example_answer
from licenseapi_server.api.openapi import errors_of
from licenseapi_server.api.reference.fields import field_list, kind, name_of, parameter_list
from licenseapi_server.api.reference.markup import (
    block,
    code,
    error_links,
    escape,
    link,
    paragraphs,
)
from licenseapi_server.api.reference.samples import (
    WITHOUT_METHOD,
    curl_sample,
    node_sample,
    python_sample,
)
from licenseapi_server.api.registry import Route

# As people say it, in the order of power.
CREDENTIALS = {
    "secret": "secret key",
    "restricted": "restricted key",
    "publishable": "publishable key",
    "token": "token",
    "portal": "session of the customer portal",
}
JSON = "application/json"


def render_endpoint(route: Route, document: Mapping[str, Any], base_url: str) -> str:
    """The section with its heading; its anchor is the operation's name."""
    operation = document["paths"][route.path][route.method.lower()]
    schemas = document["components"]["schemas"]
    return (
        f'<section class="endpoint"><h3 id="{route.name}">{escape(route.summary)}</h3><div>'
        f'<p class="call"><b>{route.method}</b>{code(route.path)}</p>'
        f'<p class="faint">{_access(route)}</p>'
        f"{paragraphs(route.description)}"
        f"{_parameters(operation)}"
        f"{_body(operation, schemas)}"
        f"{_answer(route, operation, schemas)}"
        f"{_errors(route)}</div>"
        f'<div class="samples">{_samples(route, base_url)}</div></section>'
    )


def _access(route: Route) -> str:
    if route.is_public:
        return "Public: no credential is asked for."
    names = [text for name, text in CREDENTIALS.items() if name in route.credentials]
    who = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    scope = f"with the scope {code(route.scope)}" if route.scope else "with any scope"
    notes = [f"{who.capitalize()} {scope}."]
    if route.ignores_quota:
        notes.append("Never refused for the plan's number of requests.")
    elif not route.is_counted:
        notes.append("Not counted as a request of the plan.")
    return " ".join(notes)


def _parameters(operation: Mapping[str, Any]) -> str:
    parameters = operation["parameters"]
    return f"<h4>Parameters</h4>{parameter_list(parameters)}" if parameters else ""


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return ""
    schema = schemas[name_of(content["schema"])]
    about = paragraphs(schema.get("description", ""))
    return f"<h4>Body</h4>{about}{field_list(schema, first=content.get('example') or ())}"


def _answer(route: Route, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    content = operation["responses"][str(route.status)]["content"]
    if route.streams:
        kinds = " or ".join(code(name) for name in route.streams)
        line = kind(content[route.streams[0]]["x-line"])
        return f"<h4>Answer</h4><p>{code(route.status)} with {kinds}; each line is {line}.</p>"
    schema = content[JSON]["schema"]
    shown = kind(schema)
    if name_of(schema).startswith("Page_"):
        items = schemas[name_of(schema)]["properties"]["data"]["items"]
        shown = f"{link('#lists', 'a page')} of {kind(items)}"
    return f"<h4>Answer</h4><p>{code(route.status)} with {shown}.</p>"


def _errors(route: Route) -> str:
    own = [name for name in errors_of(route) if name in route.errors]
    common = [name for name in errors_of(route) if name not in route.errors]
    first = f"<p>{error_links(own)}</p>" if own else ""
    label = "What any such request may answer" if own else "Only what any such request may answer"
    return (
        f"<h4>Errors</h4>{first}<details><summary>{label}</summary>"
        f"<p>{error_links(common)}</p></details>"
    )


def _samples(route: Route, base_url: str) -> str:
    shown = [block(curl_sample(route, base_url), "cURL")]
    if route.name not in WITHOUT_METHOD:
        shown += [block(python_sample(route), "Python"), block(node_sample(route), "Node")]
    text = json.dumps(example_answer(route), indent=2, ensure_ascii=False)
    answer = (
        f"<details><summary>Example answer, {route.status}</summary>"
        f"<pre><code>{escape(text)}</code></pre></details>"
    )
    return "".join(shown) + answer
