"""Walking lists over a real connection, both ways of both clients."""

from __future__ import annotations

import asyncio

import pytest
from conftest import API_KEY
from edge import Asked, Edge, Reaction, answers

from licenseapi import AsyncLicenseAPI
from licenseapi.error import UnusableAnswerError
from licenseapi.resources.licenses import Licenses

IDS = [f"lic_{number}" for number in range(9, 0, -1)]


def give_page(asked: Asked) -> Reaction:
    """A page of IDS, as the server would give it."""
    query = dict(asked.query)
    start = IDS.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    end = start + int(query.get("limit", "4"))
    data = [{"id": id, "object": "license", "status": "active"} for id in IDS[start:end]]
    has_more = end < len(IDS)
    cursor = IDS[end - 1] if has_more else None
    page = {"object": "list", "has_more": has_more, "next_cursor": cursor, "data": data}
    return answers({**page, "url": asked.path, "total_count": len(IDS)})


def test_iterating_walks_over_all_pages(edge: Edge, licenses: Licenses) -> None:
    edge.otherwise = give_page

    page = licenses.list(status="active")

    assert [license.id for license in page] == IDS
    assert [license.id for license in page] == IDS
    assert [license.id for license in page.data] == IDS[:4]
    assert all(("status", "active") in asked.query for asked in edge.asked)


def test_pages_can_be_turned_one_by_one(edge: Edge, licenses: Licenses) -> None:
    edge.otherwise = give_page

    page = licenses.list(limit=5)
    second = page.next_page()

    assert (page.has_more, page.total_count, page.url) == (True, 9, "/v1/licenses")
    assert second is not None
    assert [license.id for license in second.data] == IDS[5:]
    assert second.has_more is False
    assert second.next_page() is None
    assert len(edge.asked) == 2


def test_a_walk_that_ends_early_asks_for_nothing_more(edge: Edge, licenses: Licenses) -> None:
    edge.otherwise = give_page

    first = next(iter(licenses.list()))

    assert (first.id, len(edge.asked)) == ("lic_9", 1)


def test_a_list_that_is_none_is_an_error(edge: Edge, licenses: Licenses) -> None:
    edge.will(answers({"has_more": False, "data": None}))

    with pytest.raises(UnusableAnswerError, match=r"without `data`"):
        licenses.list()


def test_async_lists_are_walked_or_awaited(edge: Edge) -> None:
    edge.otherwise = give_page

    async def walk() -> None:
        async with AsyncLicenseAPI(API_KEY, edge.address) as client:
            assert [license.id async for license in client.licenses.list()] == IDS
            page = await client.licenses.list(limit=5)
            assert [license.id for license in page.data] == IDS[:5]
            assert [license.id async for license in page] == IDS
            second = await page.next_page()
            assert second is not None
            assert [license.id for license in second.data] == IDS[5:]
            assert await second.next_page() is None

    asyncio.run(walk())
