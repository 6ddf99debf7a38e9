'use strict';
/**
 * Whether a try is repeated, and when: a pure decision, the same as in the Python package.
 * The vectors in sdk/vectors/retries.json are its specification.
 */

const FIRST_BACKOFF_SECONDS = 0.5;
const MAX_BACKOFF_SECONDS = 8;
// Beyond this the caller can decide better than a sleeping library.
const MAX_RETRY_AFTER_SECONDS = 10;

function backoffOf(failedTries, jitter) {
  // The exponent is bounded, so that a large maxRetries cannot overflow.
  const grown = FIRST_BACKOFF_SECONDS * 2 ** Math.min(failedTries - 1, 10);
  return Math.min(MAX_BACKOFF_SECONDS, grown) * (0.5 + 0.5 * jitter);
}

/** Whole seconds of a Retry-After header, or null: a date counts as absent. */
function retryAfterOf(headers) {
  const text = headers['retry-after'];
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

function mayRepeat(answer, code, retryAfter) {
  // Only the end of the month helps, and each try would be one more refused request.
  if (code === 'quota_exceeded') return false;
  if (code === 'rate_limited') return retryAfter !== null;
  return code === 'idempotency_in_flight' || (answer.status >= 500 && answer.status < 600);
}

/** Seconds until the next try; null when the outcome stands. `outcome`: {failure} or an answer. */
function decideWait(outcome, code, failedTries, jitter) {
  const backoff = backoffOf(failedTries, jitter);
  // A certificate that is wrong now is wrong in a second, too.
  if (outcome.failure) return outcome.failure === 'certificate' ? null : backoff;
  const retryAfter = retryAfterOf(outcome.headers);
  if (!mayRepeat(outcome, code, retryAfter)) return null;
  if (retryAfter === null) return backoff;
  return retryAfter <= MAX_RETRY_AFTER_SECONDS ? Math.max(backoff, retryAfter) : null;
}

module.exports = { decideWait };
