"""Reports of leaked keys: what is sent, without the API key of the client."""

from __future__ import annotations

from edge import Edge, answers

from licenseapi import LeakReport, LicenseAPI


def test_a_report_sends_what_was_found(edge: Edge, client: LicenseAPI) -> None:
    edge.will(answers({"object": "leak_report"}, 202))

    assert isinstance(client.leaks.report(strings=["found"]), LeakReport)

    (asked,) = edge.asked
    assert (asked.path, asked.body) == ("/v1/leaks", {"strings": ["found"]})
