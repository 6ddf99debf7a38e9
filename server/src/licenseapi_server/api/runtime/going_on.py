"""Signs of life, heartbeats and renewals: free of charge while no more of them come than need."""

from collections.abc import Callable

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.runtime.locked_license import change_license
from licenseapi_server.api.runtime.seat_rows import Scene
from licenseapi_server.api.runtime.work import Result, Work
from licenseapi_server.domain.problems import Problem


async def go_on(
    call: AnyCall, license_id: str, act: Callable[[Scene], Work[Result]], *, is_early: bool
) -> Result:
    """Do it under the license's lock. One that is early, or is refused, costs a request."""
    if is_early:
        await call.count()
        return await change_license(call, license_id, act)
    try:
        return await change_license(call, license_id, act)
    except Problem:
        # Else whoever has no seat could ask for one as often as they like. The refusal stands
        # also where no request is left; of one that never counts, the dispatcher gives it back.
        await call.count(is_needed=False)
        raise
