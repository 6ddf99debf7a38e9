'use strict';
/** The sample of the published page, to the letter, against our own server. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { LEFT_OUT, OPERATIONS } = require('../lib/operations.js');
const { withRealServer } = require('./server.js');

const SAMPLE = readFileSync(path.join(__dirname, 'seed_sample.js'), 'utf8');

/** Which operations take fields, and which options, is what the server says. */
async function compareWithDocument(apiBase) {
  const document = await (await fetch(`${apiBase}/v1/openapi.json`)).json();
  const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { operationId, parameters, requestBody } of described) {
    const operation = OPERATIONS[operationId];
    if (LEFT_OUT.has(operationId)) continue;
    const names = (place) => parameters.filter((one) => one.in === place).map((one) => one.name);
    const hasFields = requestBody !== undefined || names('query').length > 0;
    assert.equal(operation.hasFields, hasFields, operationId);
    assert.equal(operation.takesIfMatch, names('header').includes('If-Match'), operationId);
  }
}

test('the published Node sample lists licenses', () =>
  withRealServer(async ({ client, apiKey, apiBase, directory }) => {
    await compareWithDocument(apiBase);
    const product = await client.products.create({ name: 'Paint', code: 'paint' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Standard' });
    const first = await client.licenses.create({ policy_id: policy.id });
    const second = await client.licenses.create({ policy_id: policy.id });

    const program = path.join(directory, 'sample.js');
    writeFileSync(program, SAMPLE.replace('YOUR_LICENSE_API_KEY', apiKey));
    const modules = path.join(directory, 'node_modules');
    mkdirSync(modules);
    symlinkSync(path.join(__dirname, '..'), path.join(modules, 'licenseapi'));
    const done = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      env: { ...process.env, LICENSEAPI_API_BASE: apiBase },
    });

    const line = ({ id }) => `License ID: ${id}, Product: ${product.id}, Status: active`;
    assert.equal(done.stderr, '');
    assert.deepEqual(done.stdout.trim().split('\n'), [line(second), line(first)]);
    assert.ok(SAMPLE.includes("const apiKey = 'YOUR_LICENSE_API_KEY';"));
  }));
