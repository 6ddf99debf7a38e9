"""Every fenced block of every page is run, or checked against what exists."""

import re
from pathlib import Path

import pytest
from docs.names import find_broken_links, find_unknown_names
from docs.pages import GENERATED, ROOT, WRITTEN, Page
from docs.session import Session
from harness.server import Server

# A page whose commands act on a database of the reader's own.
OWN_DATABASE = "docs/how-to/use-postgresql.md"
# Decisions are for contributors: they name what is inside, too.
FOR_USERS = [page for page in WRITTEN if "/decisions/" not in page.name]
KINDS = ("tutorial.md", "how-to/*.md", "reference/*.md", "explanation/*.md")


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run_from_top_to_bottom(
    page: Page, first_start: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In one shell, as pasted; what the page shows as an answer is the answer."""
    extra = {}
    if page.name == OWN_DATABASE:
        extra["DATABASE_URL"] = request.getfixturevalue("postgres").create_database()
    account = first_start.create_account("Acme")

    assert Session(page, tmp_path, first_start, account).run(**extra) == []


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: page.name)
def test_the_names_in_the_prose_of_a_page_exist(page: Page, first_start: Server) -> None:
    """Settings, options, targets, operations, scopes, codes and fields."""
    description = first_start.client().get("/v1/openapi.json").text

    assert find_unknown_names(page, description) == []


@pytest.mark.parametrize("page", WRITTEN + GENERATED, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Page) -> None:
    """To a file that exists, and to a heading that is there."""
    assert find_broken_links(page) == []


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.name)
def test_generated_pages_have_no_blocks_of_their_own(page: Page) -> None:
    """They come from registries; code belongs to the pages that run."""
    assert page.blocks == []


@pytest.mark.parametrize(
    "page", [page for page in WRITTEN if "/how-to/" in page.name], ids=lambda page: page.name
)
def test_a_how_to_is_short(page: Page) -> None:
    """At most 80 lines: more is a tutorial, or an explanation."""
    assert len(page.text.splitlines()) <= 80


def test_the_index_lists_every_page() -> None:
    """A page that nothing links to is not read."""
    index = (ROOT / "docs/index.md").read_text()
    linked = set(re.findall(r"\]\(([^)#]+\.md)", index))
    pages = {
        path.relative_to(ROOT / "docs").as_posix()
        for kind in KINDS
        for path in (ROOT / "docs").glob(kind)
    }
    assert pages - linked == set()
    assert "docs/index.md" in (ROOT / "README.md").read_text()
