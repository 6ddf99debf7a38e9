'use strict';
/** What counts as an answer: sdk/vectors/answers.json, over a connection. */

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { error } = require('../lib/index.js');
const { OPERATIONS } = require('../lib/operations.js');
const { withServer } = require('./edge.js');

const FILE = path.join(__dirname, '../../vectors/answers.json');
const { cases } = JSON.parse(readFileSync(FILE, 'utf8'));

/** The method of an operation: `api_keys.get` is apiKeys.retrieve. */
function methodOf(client, name) {
  const [noun, verb] = name
    .replace(/\.get$/, '.retrieve')
    .replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
    .split('.');
  return (...given) => client[noun][verb](...given);
}

for (const { name, operation, answer, text } of cases) {
  test(`answer: ${name}`, () =>
    withServer([[answer.status, answer.body, answer.headers]], async (client) => {
      const ids = OPERATIONS[operation].path.includes('{') ? ['id_1'] : [];
      const call = methodOf(client, operation)(...ids);
      if (text === null) {
        assert.equal(typeof (await call), 'object');
      } else {
        await assert.rejects(call, (thrown) => {
          assert.equal(thrown.constructor, error.UnusableAnswerError);
          assert.ok(thrown instanceof error.APIStatusError);
          assert.deepEqual([thrown.message, thrown.code], [text, null]);
          return thrown.status === answer.status;
        });
      }
    }));
}

test('an empty answer is never a verdict, and names the key to go on with', () =>
  withServer([[204, '']], async (client, asked) => {
    await assert.rejects(client.licenses.requireValid({ key: 'K' }), error.UnusableAnswerError);
    await assert.rejects(client.customers.create({ name: 'Globex' }), (thrown) => {
      assert.equal(thrown.idempotencyKey, asked.at(-1).headers['idempotency-key']);
      return thrown instanceof error.UnusableAnswerError;
    });
  }));
