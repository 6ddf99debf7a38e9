"""Denials: what the methods ask, and that a timeline holds them."""

from __future__ import annotations

from edge import Edge, answers

from licenseapi import Denial, LicenseAPI

DENIAL = {"object": "denial", "id": "den_1", "code": "SUSPENDED", "count": 3}


def test_methods_ask_for_what_is_named(edge: Edge, client: LicenseAPI) -> None:
    page = {"object": "list", "has_more": False, "data": [DENIAL]}
    edge.will(answers(DENIAL), answers(page), answers(page))

    shown = client.denials.retrieve("den_1")
    assert isinstance(shown, Denial)
    assert (shown.code, shown.count) == ("SUSPENDED", 3)
    assert len(client.denials.list(license_id="lic_1", code="SUSPENDED").data) == 1
    assert [row.id for row in client.licenses.timeline("lic_1", type="license.denied")] == ["den_1"]

    assert [(asked.path, dict(asked.query)) for asked in edge.asked] == [
        ("/v1/denials/den_1", {}),
        ("/v1/denials", {"license_id": "lic_1", "code": "SUSPENDED"}),
        ("/v1/licenses/lic_1/timeline", {"type": "license.denied"}),
    ]
