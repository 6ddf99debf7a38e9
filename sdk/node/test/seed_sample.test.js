'use strict';
/** The sample of the published page, to the letter, against our own server. */

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { LicenseAPI } = require('../lib/index.js');
const { LEFT_OUT, OPERATIONS } = require('../lib/operations.js');

const ROOT = path.join(__dirname, '../../..');
const SERVER = path.join(ROOT, '.venv/bin/licenseapi-server');
const SAMPLE = readFileSync(path.join(__dirname, 'seed_sample.js'), 'utf8');

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function startServer(directory, port) {
  const options = ['serve', '--data-dir', directory, '--port', String(port)];
  const child = spawn(SERVER, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('is ready') && resolve());
    child.on('exit', () => reject(new Error('the server did not start')));
  });
  return child;
}

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

test('the published Node sample lists licenses', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'licenseapi-seed-'));
  const port = await freePort();
  const made = execFileSync(
    SERVER,
    ['create-account', '--name', 'Acme', '--email', 'alice@acme.example', '--json', '--data-dir', directory],
    { encoding: 'utf8' },
  );
  const apiKey = JSON.parse(made).live.secret_key;
  const server = await startServer(directory, port);
  const apiBase = `http://127.0.0.1:${port}`;
  const client = new LicenseAPI({ apiKey, apiBase });
  try {
    await compareWithDocument(apiBase);
    const product = await client.products.create({ name: 'Paint', code: 'paint' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Standard' });
    const first = await client.licenses.create({ policy_id: policy.id });
    const second = await client.licenses.create({ policy_id: policy.id });

    const program = path.join(directory, 'sample.js');
    writeFileSync(program, SAMPLE.replace('YOUR_LICENSE_API_KEY', apiKey));
    const modules = path.join(directory, 'node_modules');
    require('node:fs').mkdirSync(modules);
    require('node:fs').symlinkSync(path.join(__dirname, '..'), path.join(modules, 'licenseapi'));
    const done = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      env: { ...process.env, LICENSEAPI_API_BASE: apiBase },
    });

    const line = ({ id }) => `License ID: ${id}, Product: ${product.id}, Status: active`;
    assert.equal(done.stderr, '');
    assert.deepEqual(done.stdout.trim().split('\n'), [line(second), line(first)]);
    assert.ok(SAMPLE.includes("const apiKey = 'YOUR_LICENSE_API_KEY';"));
  } finally {
    client.close();
    server.kill('SIGTERM');
    await new Promise((resolve) => server.on('exit', resolve));
    rmSync(directory, { recursive: true });
  }
});
