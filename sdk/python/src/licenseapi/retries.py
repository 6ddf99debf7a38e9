"""Whether a try is repeated, and when: a pure decision, the same as in the Node package.

The vectors in sdk/vectors/retries.json are its specification.
"""

from __future__ import annotations

from typing import Final

from licenseapi.messages import Answer, Failure

DEFAULT_MAX_RETRIES: Final = 2
FIRST_BACKOFF_SECONDS: Final = 0.5
MAX_BACKOFF_SECONDS: Final = 8.0
# Beyond this the caller can decide better than a sleeping library.
MAX_RETRY_AFTER_SECONDS: Final = 10
SERVER_ERRORS: Final = range(500, 600)


def decide_wait(
    outcome: Answer | Failure, code: str | None, failed_tries: int, jitter: float
) -> float | None:
    """Seconds until the next try; None when the outcome stands.

    `failed_tries` counts this one; `jitter` is a random number of [0, 1). How many tries
    there may be is not decided here.
    """
    backoff = _backoff(failed_tries, jitter)
    if isinstance(outcome, Failure):
        # A certificate that is wrong now is wrong in a second, too.
        return None if outcome.kind == "certificate" else backoff
    if not _may_repeat(outcome, code):
        return None
    retry_after = outcome.retry_after
    if retry_after is None:
        return backoff
    return max(backoff, retry_after) if retry_after <= MAX_RETRY_AFTER_SECONDS else None


def _backoff(failed_tries: int, jitter: float) -> float:
    # The exponent is bounded, so that a large max_retries cannot overflow.
    grown = FIRST_BACKOFF_SECONDS * 2.0 ** min(failed_tries - 1, 10)
    return min(MAX_BACKOFF_SECONDS, grown) * (0.5 + 0.5 * jitter)


def _may_repeat(answer: Answer, code: str | None) -> bool:
    if code == "quota_exceeded":
        # Only the end of the month helps, and each try would be one more refused request.
        return False
    if code == "rate_limited":
        return answer.retry_after is not None
    return code == "idempotency_in_flight" or answer.status in SERVER_ERRORS
