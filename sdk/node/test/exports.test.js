'use strict';
/** Exports: read as they arrive, resumed where they broke off, saved whole or not at all. */

const assert = require('node:assert/strict');
const { existsSync, mkdtempSync, readFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { error, ExportedLicense } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const line = (number) => `${JSON.stringify({ object: 'license_export', id: `lic_${number}` })}\n`;

/** Sends these texts and breaks off. */
function breaksAfter(...texts) {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const text of texts) response.write(text);
    setImmediate(() => response.destroy());
  };
}

test('what broke off goes on after the last whole line', () =>
  withServer(
    [breaksAfter(line(1), line(2).slice(0, 9)), [200, line(2) + line(3)]],
    async (client, asked) => {
      const found = [];
      for await (const row of client.exports.licenses({ status: 'active' })) found.push(row);
      assert.deepEqual(found.map(({ id }) => id), ['lic_1', 'lic_2', 'lic_3']);
      assert.ok(found[0] instanceof ExportedLicense);
      assert.deepEqual(asked.map(({ url }) => url), [
        '/v1/export/licenses?status=active&format=jsonl',
        '/v1/export/licenses?status=active&format=jsonl&starting_after=lic_1',
      ]);
    },
  ));

test('what never gets on is an error, and so is what is no export', async () => {
  await withServer([breaksAfter('')], async (client, asked) => {
    await assert.rejects(async () => {
      for await (const row of client.exports.customers()) assert.fail(row);
    }, error.APIConnectionError);
    assert.equal(asked.length, 3);
  });
  await withServer([[200, '<html>\n']], async (client) => {
    await assert.rejects(async () => {
      for await (const row of client.exports.customers()) assert.fail(row);
    }, error.UnusableAnswerError);
  });
});

test('a file is whole, or there is none', () =>
  withServer([breaksAfter('"id"\r\n'), [200, '"id"\r\n']], async (client) => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'licenseapi-export-')), 'all.csv');
    await assert.rejects(client.exports.activations().save(file), error.APIConnectionError);
    assert.deepEqual([existsSync(file), existsSync(`${file}.part`)], [false, false]);
    await client.exports.activations().save(file);
    assert.equal(readFileSync(file, 'utf8'), '"id"\r\n');
  }));

test('a refusal is the error that it is anywhere', () =>
  withServer([[403, { status: 403, code: 'insufficient_scope', detail: 'No.' }]], async (client) => {
    await assert.rejects(client.exports.licenses().save('/nowhere'), error.PermissionDeniedError);
  }));

test('a real server exports licenses with their keys', () =>
  withRealServer(async ({ client, directory }) => {
    const product = await client.products.create({ name: 'Paint', code: 'paint' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Plain' });
    const { data } = await client.licenses.batch({ count: 90, template: { policy_id: policy.id } });
    const keys = new Set();
    for await (const row of client.exports.licenses()) keys.add(row.key);
    assert.deepEqual(keys, new Set(data.map(({ license }) => license.key)));
    const file = path.join(directory, 'licenses.csv');
    await client.exports.licenses().save(file);
    assert.equal(readFileSync(file, 'utf8').split('\r\n').length, 92);
  }));
