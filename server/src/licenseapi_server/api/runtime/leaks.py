"""Takes in what was found on some page or in some repository. Nobody has to say who they are."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, Call, NoQuery
from licenseapi_server.api.runtime import portal_sql
from licenseapi_server.domain.leaks import LEAK_JOB, digest_strings, name_of_report

FoundText = Annotated[str, Meta(min_length=1, max_length=512)]


class LeakReport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What was found: keys, or what looks like some."""

    strings: Annotated[list[FoundText], Meta(min_length=1, max_length=1000)]


class LeakReported(msgspec.Struct, kw_only=True):
    """The same for everybody, whatever was sent."""

    object: str = "leak_report"


async def report(call: Call[LeakReport, NoQuery]) -> Answer:
    """Put the digests into the queue. Whose keys they are of is looked up there: here, nothing
    that could be measured depends on it.
    """
    deployment = call.deployment
    digests = digest_strings(call.body.strings, deployment.api_keys, deployment.license_keys)
    args = msgspec.json.encode(digests)
    row = (call.make_id("job"), LEAK_JOB, args.decode(), name_of_report(args), call.now)
    await call.store.write_batch([(portal_sql.ENQUEUE_JOB, [row])])
    return Answer(LeakReported(), 202)
