"""All pages at /docs by their paths, and the index: what the reference consists of."""

from collections.abc import Mapping, Sequence
from typing import Any

from licenseapi_server.api.openapi import build_openapi
from licenseapi_server.api.reference.code_pages import (
    render_codes_page,
    render_error_page,
    render_errors_index,
)
from licenseapi_server.api.reference.endpoints import render_endpoint
from licenseapi_server.api.reference.introduction import SECTIONS, render_introduction
from licenseapi_server.api.reference.markup import link, page, prose
from licenseapi_server.api.reference.objects import place_objects, render_object, sent_types
from licenseapi_server.api.registry import Route
from licenseapi_server.api.resources import Resource, resource_of, used_resources
from licenseapi_server.domain.problems import PROBLEMS


class ReferencePages:
    """The index at /docs, and a page for each error code and one for the validation codes."""

    def __init__(self, routes: Sequence[Route], base_url: str) -> None:
        document = build_openapi(routes, base_url)
        self._pages = {
            "/docs": render_index(routes, document, base_url),
            "/docs/errors": render_errors_index(),
            "/docs/codes": render_codes_page(),
            **{f"/docs/errors/{code}": render_error_page(code, routes) for code in PROBLEMS},
        }

    def find(self, path: str) -> bytes | None:
        """The page at this path."""
        return self._pages.get(path.rstrip("/"))


def render_index(routes: Sequence[Route], document: Mapping[str, Any], base_url: str) -> bytes:
    """The whole reference on one page: it can be searched and printed."""
    placed = place_objects(routes, document)
    schemas, sent = document["components"]["schemas"], sent_types(routes, document)
    body = (
        "<h1>API reference</h1>"
        "<p>Software licenses, activations and usage over HTTPS and JSON. "
        '<a href="/v1/openapi.json">OpenAPI document</a> · '
        '<a href="/docs/errors">Error codes</a> · '
        '<a href="/docs/codes">Validation codes</a></p>'
        f'<h2 id="conventions">Conventions</h2>{render_introduction(schemas)}'
    )
    for resource in used_resources(routes):
        mine = [route for route in routes if resource_of(route) == resource.name]
        body += _head(resource, mine, placed[resource.name])
        body += "".join(render_endpoint(route, document, base_url) for route in mine)
        body += "".join(
            render_object(name, schemas, shows_defaults=name in sent)
            for name in placed[resource.name]
        )
    return page("API reference", body, _navigation(routes))


def _head(resource: Resource, routes: Sequence[Route], objects: Sequence[str]) -> str:
    calls = [f"<li>{link(f'#{route.name}', route.summary)}</li>" for route in routes]
    shown = ", ".join(link(f"#{name}", name) for name in objects)
    types = f'<p class="faint">Types: {shown}</p>' if shown else ""
    return (
        f'<h2 id="{resource.name}">{resource.title}</h2><p>{prose(resource.summary)}</p>'
        f'<ul class="toc">{"".join(calls)}</ul>{types}'
    )


def _navigation(routes: Sequence[Route]) -> str:
    groups = [_group("conventions", "Conventions", SECTIONS)]
    for resource in used_resources(routes):
        calls = [
            (route.name, route.summary) for route in routes if resource_of(route) == resource.name
        ]
        groups.append(_group(resource.name, resource.title, calls))
    return f'<nav aria-label="Contents"><ul>{"".join(groups)}</ul></nav>'


def _group(anchor: str, title: str, entries: Sequence[tuple[str, str]]) -> str:
    inner = "".join(f"<li>{link(f'#{name}', text)}</li>" for name, text in entries)
    return f"<li>{link(f'#{anchor}', title)}<ul>{inner}</ul></li>"
