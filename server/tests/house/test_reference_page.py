"""The reference page: complete, connected, readable, and closed to scripts."""

import json
import os
import re
import tempfile
from collections import Counter
from itertools import pairwise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-house-"))

import django

django.setup()

import msgspec
import pytest
from licenseapi_server.api.example_answers import CHANGES, example_answer
from licenseapi_server.api.openapi import build_openapi, errors_of
from licenseapi_server.api.reference.pages import ReferencePages
from licenseapi_server.api.reference.samples import WITHOUT_METHOD
from licenseapi_server.api.reference.style import DARK, LIGHT
from licenseapi_server.api.registry import Route
from licenseapi_server.api.resources import RESOURCES, resource_of
from licenseapi_server.api.routes import ROUTES

BASE_URL = "http://127.0.0.1:8000"
PAGES = ReferencePages(ROUTES, BASE_URL)
INDEX = (PAGES.find("/docs") or b"").decode()
ANCHORS = re.findall(r' id="([^"]+)"', INDEX)
NAMES = [route.name for route in ROUTES]


def test_every_link_leads_to_an_anchor_or_a_page() -> None:
    """Types, operations, error codes; and no anchor stands twice."""
    for target in re.findall(r'href="([^"]+)"', INDEX):
        if target.startswith("#"):
            assert target[1:] in ANCHORS, target
        else:
            assert target == "/v1/openapi.json" or PAGES.find(target), target
    assert [name for name, count in Counter(ANCHORS).items() if count > 1] == []


def test_every_resource_has_a_heading_and_no_level_is_skipped() -> None:
    """One h1, an h2 per resource, endpoints and types below them as h3."""
    levels = [int(level) for level in re.findall(r"<h([1-6])", INDEX)]
    assert levels.count(1) == 1
    assert all(later - level <= 1 for level, later in pairwise(levels))
    assert {resource_of(route) for route in ROUTES} == {one.name for one in RESOURCES}
    headings = re.findall(r'<h2 id="([^"]+)"', INDEX)
    assert headings == ["conventions", *(resource.name for resource in RESOURCES)]


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_every_endpoint_shows_what_a_caller_needs(route: Route) -> None:
    """Request, scope, errors, samples and an answer."""
    section = INDEX.partition(f'<h3 id="{route.name}"')[2].partition("</section>")[0]
    assert f"<b>{route.method}</b><code>{route.path}</code>" in section
    assert route.is_public or not route.scope or f"<code>{route.scope}</code>" in section
    for code in errors_of(route):
        assert f'href="/docs/errors/{code}"' in section
    captions = re.findall("<figcaption>([^<]+)", section)
    is_called = route.name not in WITHOUT_METHOD
    assert captions == (["cURL", "Python", "Node"] if is_called else ["cURL"])
    assert f"Example answer, {route.status}" in section


def test_every_type_of_the_document_stands_on_the_page_once() -> None:
    """Answers and what is inside them; a body stands at its endpoint."""
    document = build_openapi(ROUTES, BASE_URL)
    bodies = {route.body.__name__ for route in ROUTES}
    pages = {name for name in document["components"]["schemas"] if name.startswith("Page_")}
    named = set(document["components"]["schemas"]) - pages - bodies - {"Problem"}
    assert named - set(ANCHORS) == set()


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_example_answers_are_what_their_structs_hold(route: Route) -> None:
    """No field too many, none missing; and what was sent is shown."""
    answer = example_answer(route)
    assert msgspec.to_builtins(msgspec.convert(answer, route.answer)) == answer
    assert json.dumps(answer)
    assert set(CHANGES) <= set(NAMES)
    if route.name.endswith(".create"):
        sent = {name: value for name, value in route.example.items() if name in answer}
        assert sent.items() <= answer.items()


def test_there_is_no_script_and_nothing_from_elsewhere() -> None:
    """The page works under a policy that allows neither."""
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|\son\w+=", INDEX)
    assert not re.search(r'(?:src|href)="(?!#|/docs|/v1/openapi\.json)', INDEX)


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_enough_contrast(palette: dict[str, str]) -> None:
    """At least 4.5 to 1 on each ground (WCAG 2.2, 1.4.3, level AA)."""
    for text in ("ink", "faint", "accent", "warn"):
        for ground in ("paper", "code"):
            light, dark = sorted(map(_luminance, (palette[text], palette[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
