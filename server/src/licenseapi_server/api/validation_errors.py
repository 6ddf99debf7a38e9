"""What the decoder says of a body, in sentences for whoever wrote the body.

msgspec names the place and its own types; the caller wants the field, what it may be, and
which values there are.
"""

import re
from collections.abc import Iterable
from typing import Any

from msgspec import inspect

from licenseapi_server.api.patterns import sentence_of
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.strict_json import MAX_DEPTH, escape

PLACE = re.compile(r" - at (`key` in )?`\$([^`]*)`$")
# A list in a query is called `name[]`.
STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+(?:\[\])?)")
MISSING = re.compile(r"Object missing required field `([^`]*)`")
UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
ENUM = re.compile(r"Invalid enum value (.*)", re.DOTALL)
PATTERN = re.compile(r"Expected `str` matching regex (.*)", re.DOTALL)
TYPE = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
BOUND = re.compile(r"Expected `(\w+)` (of length )?(>=|<=|>|<) (-?\d+)")
MAX_SHOWN, MAX_PATH = 100, 2_000
NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
MEASURES = {"str": "characters", "array": "items", "object": "members"}
LEAST_MOST = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def as_problem(text: str, kind: Any) -> Problem:
    """The decoder's sentence about a `kind` as our problem, at the right field."""
    found = PLACE.search(text)
    steps = _steps(found.group(2)) if found else []
    pointer = _pointer(steps)
    sentence = PLACE.sub("", text)
    missing, unknown = MISSING.match(sentence), UNKNOWN.match(sentence)
    if missing:
        name = missing.group(1)
        return field_problem(f"{pointer}/{escape(name)}", f"`{name}` is required.", code="required")
    if unknown:
        name = unknown.group(1)[:MAX_SHOWN]
        message = f"`{name}` is not a field of this request."
        return field_problem(f"{pointer}/{escape(name)}", message, code="unknown_field")
    is_name = bool(found and found.group(1))
    is_value = bool(found and found.group(2).endswith("[...]"))
    explained = _explain(sentence, kind, steps, is_name=is_name)
    return field_problem(
        pointer, f"{_subject(steps, is_name=is_name, is_value=is_value)} {explained}."
    )


def _subject(steps: list[str], *, is_name: bool, is_value: bool) -> str:
    """What the sentence is about."""
    if not steps:
        return "The body"
    if is_name or is_value:
        return f"A {'name' if is_name else 'value'} in `{steps[-1]}`"
    if steps[-1].isdigit():
        return f"Item {steps[-1]} of `{steps[-2]}`" if len(steps) > 1 else f"Item {steps[-1]}"
    return f"`{steps[-1]}`"


def _pointer(steps: list[str]) -> str:
    """Where it stands; a parameter of a query is named whole."""
    if steps and steps[0].endswith("[]"):
        return f"/{steps[0]}"
    return "".join(f"/{escape(step)}" for step in steps)


def _explain(sentence: str, kind: Any, steps: list[str], *, is_name: bool) -> str:
    """What the value must be, or what is wrong with it."""
    shape, enum = PATTERN.match(sentence), ENUM.match(sentence)
    kinds, bound = TYPE.match(sentence), BOUND.match(sentence)
    if shape:
        return sentence_of(shape.group(1)) or "has a form that is not allowed"
    if enum:
        types = _types_at(kind, steps, is_name=is_name)
        others = ["a whole number"] if any(isinstance(t, inspect.IntType) for t in types) else []
        choice = " or ".join([*others, f"one of {', '.join(_values_of(types))}"])
        return f"must be {choice}: {enum.group(1)[:MAX_SHOWN]} is none of them"
    if kinds:
        wanted = " or ".join(NAMES.get(name, name) for name in kinds.group(1).split(" | "))
        return f"must be {wanted}, not {NAMES.get(kinds.group(2), kinds.group(2))}"
    if bound:
        name, of_length, comparison, number = bound.groups()
        limit = f"{LEAST_MOST[comparison]} {number}"
        if not of_length:
            return f"must be {limit}"
        measure = MEASURES.get(name, "")
        return f"must have {limit} {measure.removesuffix('s') if number == '1' else measure}"
    return f"is not right: {sentence}"


def _steps(path: str) -> list[str]:
    # msgspec does not say which member of a map it is: the map itself is named then.
    # A name that poses as a place makes no answer of its own length.
    steps = STEP.findall(path[:MAX_PATH].partition("[...]")[0])[:MAX_DEPTH]
    return [(index or name)[:MAX_SHOWN] for index, name in steps]


def _types_at(kind: Any, steps: Iterable[str], *, is_name: bool) -> list[Any]:
    """The types that the field at `steps` takes, or the names in it."""
    types: list[Any] = [inspect.type_info(kind)]
    for step in steps:
        types = [below for known in types for below in _below(known, step)]
    if is_name:
        types = [known.key_type for known in types if isinstance(known, inspect.DictType)]
    return _flat(types)


def _values_of(types: Iterable[Any]) -> list[str]:
    return [
        str(value)
        for known in types
        if isinstance(known, inspect.LiteralType)
        for value in known.values
    ]


def _flat(types: Iterable[Any]) -> list[Any]:
    """Unions and annotations taken apart."""
    flat: list[Any] = []
    for known in types:
        if isinstance(known, inspect.UnionType):
            flat += _flat(known.types)
        elif isinstance(known, inspect.Metadata):
            flat += _flat([known.type])
        else:
            flat.append(known)
    return flat


def _below(known: Any, step: str) -> list[Any]:
    """The types that one step of a path leads to."""
    found: list[Any] = []
    for one in _flat([known]):
        if isinstance(one, inspect.StructType):
            found += [field.type for field in one.fields if field.encode_name == step]
        elif isinstance(one, inspect.ListType):
            found.append(one.item_type)
        elif isinstance(one, inspect.DictType):
            found.append(one.value_type)
    return _flat(found)
