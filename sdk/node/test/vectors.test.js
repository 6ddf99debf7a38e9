'use strict';
/** The shared vectors: the same decisions as the Python package. */

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const errors = require('../lib/errors.js');
const { makeCall } = require('../lib/calls.js');
const { exchange } = require('../lib/exchange.js');
const { Page } = require('../lib/page.js');
const { APIObject } = require('../lib/objects.js');
const { makeError, parseAnswer } = require('../lib/parsing.js');
const { decideWait } = require('../lib/retries.js');

const vectors = (name) =>
  JSON.parse(readFileSync(path.join(__dirname, '../../vectors', `${name}.json`), 'utf8'));

const textOf = (body) => (typeof body === 'string' ? body : JSON.stringify(body));

for (const { name, answer, error } of vectors('errors').cases) {
  test(`error: ${name}`, () => {
    const given = { ...answer, body: textOf(answer.body) };
    let made;
    if (answer.status >= 200 && answer.status < 300) {
      assert.throws(() => parseAnswer(given, (body) => body), (thrown) => Boolean((made = thrown)));
    } else {
      made = makeError(given);
    }
    assert.equal(made.constructor, errors[error.class]);
    assert.ok(made instanceof errors.APIError);
    assert.deepEqual(
      [made.status, made.code, made.param, made.requestId, made.message],
      [error.status, error.code, error.param, error.request_id, error.text],
    );
  });
}

const { decisions, exchanges, rules } = vectors('retries');

for (const { name, max_retries, failed_tries, jitter, outcome, wait_seconds } of decisions) {
  test(`retry: ${name}`, () => {
    const tries = max_retries ?? rules.max_retries;
    const wait =
      failed_tries > tries ? null : decideWait(outcome, outcome.code ?? null, failed_tries, jitter);
    assert.equal(wait, wait_seconds);
  });
}

function play(steps, outcomes) {
  const waits = [];
  const sent = [];
  let step = steps.next();
  const left = [...outcomes];
  while (!step.done) {
    if (step.value.request) {
      sent.push(step.value.request);
      const outcome = left.shift();
      const body = outcome.code ? { code: outcome.code, detail: 'Said.' } : {};
      step = steps.next(
        outcome.failure
          ? { failure: outcome.failure, cause: new Error('cut') }
          : { status: outcome.status, headers: outcome.headers, body: JSON.stringify(body) },
      );
    } else {
      waits.push(step.value.wait);
      step = steps.next();
    }
  }
  return { waits, sent };
}

for (const { name, jitter, outcomes, wait_seconds, error } of exchanges) {
  test(`exchange: ${name}`, () => {
    const call = { ...makeCall('products.create', [{ name: 'Paint' }]), read: (body) => body };
    const settings = { apiKey: 'lapi_sk_live_x', apiBase: 'http://x.test', timeoutSeconds: 1, maxRetries: 2 };
    let keys = 0;
    const chance = { jitter: () => jitter, makeKey: () => `key-${(keys += 1)}` };
    let thrown = null;
    let played = { waits: wait_seconds, sent: [] };
    try {
      played = play(exchange(call, settings, chance), outcomes);
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(thrown?.constructor.name ?? null, error);
    assert.deepEqual(played.waits, wait_seconds);
    assert.equal(keys, 1, 'each try carries the same idempotency key');
  });
}

for (const { name, query, pages, ids, error } of vectors('paging').walks) {
  test(`paging: ${name}`, async () => {
    const left = [...pages];
    const fetch = async (asked) => {
      const page = left.shift();
      assert.deepEqual(asked, page.query);
      return new Page(page.answer, asked, fetch, APIObject);
    };
    const found = [];
    const walk = async () => {
      for await (const item of await fetch(query)) found.push(item.id);
    };
    if (error) await assert.rejects(walk, errors[error]);
    else await walk();
    assert.deepEqual(found, ids);
    assert.equal(left.length, 0, 'every page is asked for once');
  });
}
