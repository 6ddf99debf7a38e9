"""Lists of fields: name, type, bounds, and what each means."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from licenseapi_server.api.reference.markup import code, escape, link, prose

Schema = Mapping[str, Any]
BOUNDS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minimum", "maximum", ""),
)
# A bound that only says how many bits there are tells a reader nothing.
HUGE = 1 << 40


def name_of(schema: Schema) -> str:
    """The name of the schema that this one refers to."""
    return str(schema["$ref"]).rpartition("/")[2]


def kind(schema: Schema) -> str:
    """The type in words, with a link where there is more to read."""
    if "$ref" in schema:
        return link(f"#{name_of(schema)}", name_of(schema))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(item) for item in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    return _plain_kind(schema)


def _plain_kind(schema: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map of {kind(schema['additionalProperties'])}"
    if schema.get("format") == "date-time":
        return "time"
    types = schema.get("type", "any JSON value")
    return escape(" or ".join(types) if isinstance(types, list) else types)


def bounds(schema: Schema) -> str:
    """How long, how many or how large it may be."""
    found = (
        _between(item, *names) for item in (schema, *schema.get("anyOf", ())) for names in BOUNDS
    )
    return next(filter(None, found), "")


def _between(schema: Schema, low: str, high: str, unit: str) -> str:
    most, least = schema.get(high, HUGE), schema.get(low, 0)
    if most >= HUGE:
        return ""
    if unit:
        return f"up to {most:,} {unit}" if least <= 1 else f"{least:,} to {most:,} {unit}"
    return f"{least:,} to {most:,}"


def field_list(schema: Schema, *, shows_defaults: bool = True, first: Collection[str] = ()) -> str:
    """The properties of an object; what is required, and what `first` names, stands first."""
    required = set(schema.get("required", ())) if shows_defaults else set()
    fields = schema.get("properties", {})
    names = sorted(fields, key=lambda name: (name not in required, name not in first))
    rows = [
        _row(name, fields[name], "", is_required=name in required, shows_default=shows_defaults)
        for name in names
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def parameter_list(parameters: list[Schema]) -> str:
    """The parameters of an operation, each with where it goes."""
    rows = [
        _row(
            _written(item),
            {**item["schema"], "description": item["description"]},
            item["in"],
            is_required=item["required"],
            shows_default=True,
        )
        for item in parameters
    ]
    return f"<dl>{''.join(rows)}</dl>"


def _written(parameter: Schema) -> str:
    """The name as it stands in a URL: a map takes its keys in brackets."""
    name = str(parameter["name"])
    return f"{name}[…]" if parameter["schema"].get("type") == "object" else name


def _row(name: str, field: Schema, place: str, *, is_required: bool, shows_default: bool) -> str:
    facts = [part for part in (place, kind(field), bounds(field)) if part]
    default = field.get("default")
    if shows_default and not is_required and default not in (None, [], {}):
        facts.append(f"default {code(msgspec.json.encode(default).decode())}")
    need = ' <span class="need">required</span>' if is_required else ""
    return (
        f'<div><dt>{code(name)} <span class="kind">{" · ".join(facts)}</span>{need}</dt>'
        f"<dd>{prose(field.get('description', ''))}</dd></div>"
    )
