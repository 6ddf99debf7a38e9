"""Where each type of object is explained: with the resource that answers it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from licenseapi_server.api.reference.fields import field_list, name_of
from licenseapi_server.api.reference.markup import escape, paragraphs
from licenseapi_server.api.registry import Route
from licenseapi_server.api.resources import resource_of, used_resources

Schemas = Mapping[str, Any]
JSON = "application/json"
# Explained among the conventions.
SHARED = ("Problem", "Deleted")


def place_objects(routes: Sequence[Route], document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of the types to explain under each resource; each type stands once.

    A type belongs to the first resource that answers with it, else to the first that mentions it.
    """
    answered = {_answered(route, document): resource_of(route) for route in reversed(routes)}
    placed: dict[str, list[str]] = {}
    seen = set(SHARED)
    for resource in used_resources(routes):
        mine = [route for route in routes if resource_of(route) == resource.name]
        foreign = {name for name, owner in answered.items() if owner != resource.name}
        names = [
            name for name in dict.fromkeys(_mentioned(mine, document, foreign)) if name not in seen
        ]
        placed[resource.name] = names
        seen |= set(names)
    return placed


def sent_types(routes: Iterable[Route], document: Mapping[str, Any]) -> set[str]:
    """The types inside bodies: their defaults matter to whoever writes one."""
    schemas = document["components"]["schemas"]
    return {name for route in routes for name in _inside_body(route, document, schemas)}


def render_object(name: str, schemas: Schemas, *, shows_defaults: bool) -> str:
    """The fields of a type; its anchor is its name."""
    schema = schemas[name]
    return (
        f'<section><h3 id="{name}">{escape(name)}</h3>'
        f"{paragraphs(schema.get('description', ''))}"
        f"{field_list(schema, shows_defaults=shows_defaults)}</section>"
    )


def _answered(route: Route, document: Mapping[str, Any]) -> str:
    """The type that a route answers with: of a page, that of its items."""
    operation = document["paths"][route.path][route.method.lower()]
    content = operation["responses"][str(route.status)]["content"]
    if route.streams:
        return name_of(content[route.streams[0]]["x-line"])
    name = name_of(content[JSON]["schema"])
    if name.startswith("Page_"):
        properties = document["components"]["schemas"][name]["properties"]
        name = name_of(properties["data"]["items"])
    return name


def _mentioned(
    routes: Sequence[Route], document: Mapping[str, Any], foreign: Collection[str]
) -> Iterator[str]:
    """Types in answers, then those inside bodies; a body itself stands at its endpoint."""
    schemas = document["components"]["schemas"]
    for route in routes:
        yield from _with_inner(_answered(route, document), schemas, foreign)
    for route in routes:
        yield from _inside_body(route, document, schemas)


def _inside_body(route: Route, document: Mapping[str, Any], schemas: Schemas) -> list[str]:
    operation = document["paths"][route.path][route.method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get(JSON)
    return [] if content is None else _with_inner(name_of(content["schema"]), schemas)[1:]


def _with_inner(name: str, schemas: Schemas, foreign: Collection[str] = ()) -> list[str]:
    """A type and all types inside it, outermost first; not beyond those of other resources."""
    found = [name]
    for one in found:
        inner = [other for other in _references(schemas[one]) if other not in foreign]
        found += [other for other in inner if other not in found]
    return found


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [name_of(schema)] if "$ref" in schema else []
    inner = [name for value in schema.values() for name in _references(value)]
    return list(dict.fromkeys(own + inner))
