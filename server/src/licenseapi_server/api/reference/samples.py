"""How an operation is called: with cURL, and with the SDKs' own methods."""

import json
import keyword
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import msgspec

from licenseapi_server.api.example_ids import PATH_IDS
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.openapi import takes_body
from licenseapi_server.api.registry import Route

# The SDKs do not put a license key into a URL: POST validate answers the same. Deliveries are
# the providers' to send.
WITHOUT_METHOD = frozenset(
    {"licenses.validate_by_query", "billing.receive_live", "billing.receive_test"}
)
IDEMPOTENCY_KEY = "invoice-1017"
LINE = 76
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def curl_sample(route: Route, base_url: str) -> str:
    """The request as one command."""
    query = {} if takes_body(route) else route.example or {}
    method = "" if route.method == "GET" or _sends(route) == "POST" else f"-X {route.method} "
    lines = [f"curl {'-G ' if query else ''}{method}{base_url}{_filled(route)}"]
    if not route.is_public:
        lines.append('-H "Authorization: Bearer $LICENSEAPI_API_KEY"')
    if route.is_signed:
        lines.append('-H "Content-Type: application/json" -H "Stripe-Signature: t=…,v1=…"')
    if route.needs_idempotency_key:
        lines.append(f'-H "Idempotency-Key: {IDEMPOTENCY_KEY}"')
    lines += [f"--data-urlencode {_quoted(f'{name}={value}')}" for name, value in _pairs(query)]
    if _sends(route):
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d {_quoted(json.dumps(route.example, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def python_sample(route: Route) -> str:
    """The same with the Python SDK, `client` being a LicenseAPI."""
    noun, verb = _method(route)
    given = [_python(one) for one in _ids(route)]
    given += [f"{name}={_python(value)}" for name, value in (route.example or {}).items()]
    if route.needs_idempotency_key:
        given.append(f"idempotency_key={_python(IDEMPOTENCY_KEY)}")
    found = _variable(route)
    if _is_list(route):
        head = f"for {found} in client.{noun}.{verb}("
        return f"{_call(head, given, '):')}\n    print({found}.id)"
    if route.streams:
        return f"{_call(f'for row in client.{noun}.{verb}(', given, '):')}\n    print(row.id)"
    head = f"{f'{found} = ' if found else ''}client.{noun}.{verb}("
    return _call(head, given, ")")


def node_sample(route: Route) -> str:
    """The same with the Node SDK, `client` being a LicenseAPI: ids, then fields, then options."""
    noun, verb = (_camel(name) for name in _method(route))
    ids = [_js(one) for one in _ids(route)]
    fields = [f"{_js_name(name)}: {_js(value)}" for name, value in (route.example or {}).items()]
    options = [f"{{ idempotencyKey: {_js(IDEMPOTENCY_KEY)} }}"]
    given = (ids, fields, options if route.needs_idempotency_key else [])
    found = _camel(_variable(route))
    head = f"client.{noun}.{verb}("
    if _is_list(route):
        call = _js_call(f"for await (const {found} of {head}", *given, tail=")) {")
        return f"{call}\n  console.log({found}.id);\n}}"
    if route.streams:
        call = _js_call(f"for await (const row of {head}", *given, tail=")) {")
        return f"{call}\n  console.log(row.id);\n}}"
    return _js_call(f"{f'const {found} = ' if found else ''}await {head}", *given, tail=");")


def _sends(route: Route) -> str:
    """The method if the example is a body, else nothing."""
    return route.method if takes_body(route) and route.example is not None else ""


def _ids(route: Route) -> list[str]:
    """The ids of the path: each of what the noun before it names."""
    parts = pairwise(route.path.split("/"))
    return [PATH_IDS[noun] for noun, part in parts if part.startswith("{")]


def _filled(route: Route) -> str:
    ids = iter(_ids(route))
    return re.sub(r"\{\w+\}", lambda _name: quote(next(ids)), route.path)


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Query parameters as they are written: lists as `name[]`, maps as `name[key]`."""
    pairs: list[tuple[str, object]] = []
    for name, value in query.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", item) for item in value]
        elif isinstance(value, dict):
            pairs += [(f"{name}[{key}]", item) for key, item in value.items()]
        elif isinstance(value, bool):
            pairs.append((name, json.dumps(value)))
        else:
            pairs.append((name, value))
    return pairs


def _quoted(text: str) -> str:
    """For a shell; a quote inside becomes what JSON writes for it."""
    return "'" + text.replace("'", "\\u0027") + "'"


def _method(route: Route) -> tuple[str, str]:
    noun, _, verb = route.name.partition(".")
    return noun, "retrieve" if verb == "get" else verb


def _is_list(route: Route) -> bool:
    return route.name.endswith(".list")


def _variable(route: Route) -> str:
    """What the answer is called: the kind of object that it says it is."""
    answer = route.answer
    if _is_list(route):
        noun = route.name.partition(".")[0]
        return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    if answer is Deleted:
        return ""
    defaults = {field.name: field.default for field in msgspec.structs.fields(answer)}
    kind = str(defaults.get("object") or re.sub(r"(?<!^)(?=[A-Z])", "_", answer.__name__).lower())
    return f"license_{kind}" if keyword.iskeyword(kind) else kind


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _call(head: str, given: list[str], tail: str) -> str:
    """On one line if it fits, else each argument on its own."""
    line = f"{head}{', '.join(given)}{tail}"
    if len(line) <= LINE:
        return line
    return f"{head}\n{_on_lines(given, '    ')}{tail}"


def _python(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_python(key)}: {_python(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _js_call(head: str, ids: list[str], fields: list[str], options: list[str], *, tail: str) -> str:
    whole = [*ids, *([f"{{ {', '.join(fields)} }}"] if fields else []), *options]
    line = f"{head}{', '.join(whole)}{tail}"
    if len(line) <= LINE or not fields:
        return line
    if options:
        return f"{head}\n{_on_lines(whole, '  ')}{tail}"
    return f"{head}{''.join(f'{one}, ' for one in ids)}{{\n{_on_lines(fields, '  ')}}}{tail}"


def _on_lines(items: list[str], indent: str) -> str:
    return "".join(f"{indent}{item},\n" for item in items)


def _js_name(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else _js(name)


def _js(value: Any) -> str:
    if isinstance(value, dict):
        named = [f"{_js_name(key)}: {_js(item)}" for key, item in value.items()]
        return f"{{ {', '.join(named)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_js, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    is_plain = isinstance(value, str) and "'" not in value and "\\" not in text
    return f"'{value}'" if is_plain else text
