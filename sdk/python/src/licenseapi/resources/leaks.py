"""Reports of leaked keys: anyone may make one, and no answer tells whether a key exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import ApiObject
from licenseapi.params import RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Required, Unpack


class LeakFields(RequestOptions, total=False):
    """What was found, each key as a text of its own; up to 1,000."""

    strings: Required[Sequence[str]]


class Leaks(Resource):
    """The methods of reports of leaked keys. They need no API key."""

    def report(self, **fields: Unpack[LeakFields]) -> LeakReport:
        """Report what was found: secret API keys among it are revoked."""
        return self._run(Call("leaks.report", LeakReport.read, fields=fields))


class AsyncLeaks(AsyncResource):
    """The methods of reports of leaked keys. They need no API key."""

    async def report(self, **fields: Unpack[LeakFields]) -> LeakReport:
        """Report what was found: secret API keys among it are revoked."""
        return await self._run(Call("leaks.report", LeakReport.read, fields=fields))


class LeakReport(ApiObject, kind="leak_report"):
    """The report was taken in; it says nothing else to anybody."""
