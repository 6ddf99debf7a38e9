'use strict';
/**
 * The protocol of one call: what to send, when to wait, what comes out. No input or output.
 *
 * A generator: it yields {request} and is sent an answer or a failure; it yields {wait} in
 * seconds; it returns what call.read makes of the body, or throws. transport.js only carries its messages.
 */

const { randomBytes } = require('node:crypto');
const { buildRequest } = require('./building.js');
const { APIConnectionError, APIError, APITimeoutError } = require('./errors.js');
const { findCode, makeError, parseAnswer } = require('./parsing.js');
const { decideWait } = require('./retries.js');

const CHANCE = { jitter: Math.random, makeKey: () => randomBytes(16).toString('hex') };

function isSuccess(outcome) {
  return !outcome.failure && outcome.status >= 200 && outcome.status < 300;
}

function errorOf(outcome, request) {
  if (!outcome.failure) return makeError(outcome);
  const target = `${request.method} ${request.url.split('?')[0]}`;
  if (outcome.failure === 'timeout') {
    return new APITimeoutError(`No answer within ${request.timeoutSeconds} s: ${target}`);
  }
  const reason = outcome.cause?.message || outcome.cause?.code || 'the connection failed';
  return new APIConnectionError(`No answer: ${target}: ${reason}`, { cause: outcome.cause });
}

/** Carry out a call. The request is built once: each try sends the same key and bytes. */
function* exchange(call, settings, chance = CHANCE) {
  const request = buildRequest(call, settings, chance.makeKey);
  try {
    return yield* tries(call, request, settings, chance);
  } catch (error) {
    if (error instanceof APIError) {
      error.idempotencyKey = request.headers['idempotency-key'] ?? null;
    }
    throw error;
  }
}

function* tries(call, request, settings, chance) {
  for (let failedTries = 1; ; failedTries += 1) {
    const outcome = yield { request };
    if (isSuccess(outcome)) return outcome.stream ?? parseAnswer(outcome, call.read);
    const code = outcome.failure ? null : findCode(outcome);
    const seconds =
      failedTries > settings.maxRetries
        ? null
        : decideWait(outcome, code, failedTries, chance.jitter());
    if (seconds === null) throw errorOf(outcome, request);
    yield { wait: seconds };
  }
}

module.exports = { exchange };
