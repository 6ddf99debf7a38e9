'use strict';
/** Imports: rows in parts, with a result for each. */

const assert = require('node:assert/strict');
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { Import } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const reportOf = (...rows) => ({
  object: 'import_report',
  data: rows.map((row) => ({ row, status: 'created', license_id: `lic_${row}` })),
});

test('rows go in parts of a thousand', () =>
  withServer([[200, reportOf(1)], [200, reportOf(1001)]], async (client, asked) => {
    function* rows() {
      for (let row = 0; row < 1001; row += 1) yield { key: `KEY-${row}` };
    }
    const found = [];
    for await (const { row } of client.imports.run('imp_1', rows())) found.push(row);
    assert.deepEqual(found, [1, 1001]);
    const bodies = asked.map(({ body }) => JSON.parse(body));
    assert.deepEqual(bodies.map((body) => [body.first_row, body.rows.length]), [[1, 1000], [1001, 1]]);
    await assert.rejects(client.imports.run('imp_1', 'table.csv').next(), TypeError);
  }));

test('a real server takes in keys as they are', () =>
  withRealServer(async ({ client, directory }) => {
    const product = await client.products.create({ name: 'Paint', code: 'paint' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Plain' });
    const file = path.join(directory, 'rows.jsonl');
    writeFileSync(file, '{"key": "KEPT-AS-IT-WAS-1"}\n{"key": "short"}\n');
    const { id } = await client.imports.create({ policy_id: policy.id });
    const results = [];
    for await (const result of client.imports.run(id, file)) results.push(result);
    assert.deepEqual(results.map(({ status }) => status), ['created', 'failed']);
    assert.equal(results[1].error.errors[0].pointer, '/key');
    assert.equal((await client.licenses.validate('KEPT-AS-IT-WAS-1')).code, 'VALID');
    const shown = await client.imports.retrieve(id);
    assert.ok(shown instanceof Import);
    assert.equal(shown.next_row, 3);
  }));
