"""The endpoint of whoever finds a key where it should not be."""

from licenseapi_server.api.example_ids import SECRET
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime import leaks

LEAKS: tuple[Route, ...] = (
    Route(
        name="leaks.report",
        method="POST",
        path="/v1/leaks",
        summary="Report leaked keys",
        description=(
            "Takes up to 1,000 texts from anyone and always answers 202. A secret or restricted "
            "API key among them is revoked and its account's owners are told by mail; a license "
            "key gets the event `license.key_exposed`; publishable keys are no secrets."
        ),
        handler=leaks.report,
        scope=None,
        body=leaks.LeakReport,
        answer=leaks.LeakReported,
        status=202,
        is_runtime=True,
        is_counted=False,
        example={"strings": [SECRET]},
    ),
)
