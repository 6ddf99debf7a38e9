'use strict';
/** Real HTTP against a server that misbehaves on purpose. */

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { LicenseAPI, error } = require('../lib/index.js');
const { serve, withServer } = require('./edge.js');

test('a create is repeated with the same key and bytes', () =>
  withServer([[500, {}], [201, { object: 'product', id: 'prod_1', name: 'Paint' }]], async (client, asked) => {
    const product = await client.products.create({ name: 'Paint', code: 'paint' });
    assert.equal(product.name, 'Paint');
    assert.equal(asked.length, 2);
    assert.match(asked[0].headers['idempotency-key'], /^[0-9a-f]{32}$/);
    assert.equal(asked[0].headers['idempotency-key'], asked[1].headers['idempotency-key']);
    assert.deepEqual(JSON.parse(asked[1].body), { name: 'Paint', code: 'paint' });
    assert.equal(asked[0].headers.authorization, 'Bearer lapi_sk_live_canary');
  }));

test('a validation carries no idempotency key', () =>
  withServer([[200, { valid: false, code: 'EXPIRED', detail: 'Over.' }]], async (client, asked) => {
    const answer = await client.licenses.validate({ key: 'K' });
    assert.deepEqual([answer.valid, answer.code], [false, 'EXPIRED']);
    assert.equal(asked[0].headers['idempotency-key'], undefined);
    await assert.rejects(client.licenses.requireValid({ key: 'K' }), (thrown) => {
      assert.ok(thrown instanceof error.LicenseInvalid);
      assert.ok(!(thrown instanceof error.APIError));
      return thrown.code === 'EXPIRED';
    });
  }));

test('a stalled answer is a timeout', () =>
  withServer([() => {}], (client) =>
    assert.rejects(client.me.retrieve(), error.APITimeoutError)));

test('a trickling answer is a timeout too', () =>
  withServer(
    [
      (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
    (client) => assert.rejects(client.me.retrieve(), error.APITimeoutError),
  ));

test('half a body is a broken connection', () =>
  withServer(
    [
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":');
        setImmediate(() => response.destroy());
      },
    ],
    (client) => assert.rejects(client.me.retrieve(), error.APIConnectionError),
  ));

test('a success that is not JSON is an error', () =>
  withServer([[200, '<html>']], (client) =>
    assert.rejects(client.me.retrieve(), error.UnusableAnswerError)));

test('nobody listens', async () => {
  const client = new LicenseAPI({ apiKey: 'x', apiBase: 'http://127.0.0.1:1', maxRetries: 0 });
  await assert.rejects(client.me.retrieve(), error.APIConnectionError);
});

test('no key is told before anything is sent', async () => {
  const client = new LicenseAPI({ apiKey: '', apiBase: 'http://127.0.0.1:1' });
  await assert.rejects(client.me.retrieve(), /No API key/);
});

test('an id cannot leave its place in the path', () =>
  withServer([[200, { object: 'license', id: 'lic_1' }]], async (client, asked) => {
    await client.licenses.retrieve('../me?x');
    assert.equal(asked[0].url, '/v1/licenses/..%2Fme%3Fx');
    await assert.rejects(client.licenses.retrieve(''), TypeError);
  }));

test('queries: lists, maps, times; null is left out', () =>
  withServer([[200, { data: [], has_more: false }]], async (client, asked) => {
    await client.licenses.list({
      expand: ['customer'],
      metadata: { order: '7' },
      created_at: { gte: new Date(0) },
      status: null,
    });
    const query = [...new URL(asked[0].url, 'http://x').searchParams];
    assert.deepEqual(query, [
      ['expand[]', 'customer'],
      ['metadata[order]', '7'],
      ['created_at[gte]', '1970-01-01T00:00:00.000Z'],
    ]);
  }));

test('debug logs name no secret', async () => {
  const server = await serve([[200, { data: [], has_more: false }]]);
  const program = `
    const { LicenseAPI } = require(${JSON.stringify(path.join(__dirname, '../lib/index.js'))});
    const client = new LicenseAPI();
    client.licenses.list({ q: 'SECRET-LICENSE-KEY' }).then(() => client.close());`;
  const { promise, resolve } = Promise.withResolvers?.() ?? deferred();
  const child = require('node:child_process').execFile(
    process.execPath,
    ['-e', program],
    {
      env: {
        ...process.env,
        LICENSEAPI_LOG: 'debug',
        LICENSEAPI_API_KEY: 'lapi_sk_live_canary',
        LICENSEAPI_API_BASE: `http://127.0.0.1:${server.port}/v1/`,
      },
    },
    (failure, stdout, stderr) => resolve({ failure, stderr }),
  );
  const { failure, stderr } = await promise;
  server.close();
  assert.equal(failure, null, String(child.exitCode));
  assert.match(stderr, /GET http:\/\/127\.0\.0\.1:\d+\/v1\/licenses -> 200/);
  assert.doesNotMatch(stderr, /canary|SECRET/);
});

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('a certificate authority of your own', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'licenseapi-ca-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(directory, name));
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1',
  ], { stdio: 'ignore' });
  const server = await serve([[200, { account_id: 'x', scopes: [] }]], { key: readFileSync(key), cert: readFileSync(cert) });
  const apiBase = `https://127.0.0.1:${server.port}`;
  const trusting = new LicenseAPI({ apiKey: 'x', apiBase, caBundle: cert });
  const strict = new LicenseAPI({ apiKey: 'x', apiBase });
  try {
    assert.equal((await trusting.me.retrieve()).account_id, 'x');
    await assert.rejects(strict.me.retrieve(), error.APIConnectionError);
    assert.equal(server.asked.length, 1);
  } finally {
    trusting.close();
    strict.close();
    server.close();
    rmSync(directory, { recursive: true });
  }
});

test('the packed package works in CommonJS and in ESM', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'licenseapi-pack-'));
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const run = (...command) =>
    spawnSync(command[0], command.slice(1), { cwd: directory, encoding: 'utf8' });
  const packed = run(...npm, 'pack', path.join(__dirname, '..'), '--silent');
  const tarball = path.join(directory, packed.stdout.trim());
  const installed = run(...npm, 'install', '--offline', '--no-audit', '--no-fund', tarball);
  assert.equal(installed.status, 0, installed.stderr);
  for (const name of ['activations.d.ts', 'events.d.ts', 'license_users.d.ts', 'product_versions.d.ts']) {
    assert.ok(existsSync(path.join(directory, 'node_modules/licenseapi', name)));
  }
  const cjs = run(process.execPath, '-e', "console.log(typeof require('licenseapi').License.list)");
  const esm = run(
    process.execPath, '--input-type=module', '-e',
    "import licenseapi, { License } from 'licenseapi'; console.log(licenseapi.License === License)",
  );
  assert.deepEqual([cjs.stdout.trim(), esm.stdout.trim()], ['function', 'true'], esm.stderr);
  rmSync(directory, { recursive: true });
});

test('the types hold', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'licenseapi-types-'));
  const file = path.join(directory, 'use.ts');
  const types = path.join(__dirname, '../index.js').replace(/\.js$/, '');
  require('node:fs').writeFileSync(
    file,
    `import { Activation, LicenseAPI, License, error } from ${JSON.stringify(types)};
     const client = new LicenseAPI({ apiKey: 'x' });
     async function use(): Promise<string> {
       const page = await client.licenses.list({ status: 'active' });
       for await (const license of page) { const id: string = license.id; }
       for await (const { id } of client.products.list({}, { timeoutSeconds: 5 })) id.length;
       await client.licenses.validate('KEY', { product: 'paint' }, { signal: AbortSignal.timeout(9) });
       await client.customers.update('cus_1', { name: 'x' }, { ifMatch: 3, idempotencyKey: 'k' });
       // @ts-expect-error options are no fields
       client.customers.update('cus_1', { ifMatch: 3 }).catch(() => {});
       // @ts-expect-error a validation has no effect to make one of
       client.licenses.validate({ key: 'k' }, { idempotencyKey: 'k' }).catch(() => {});
       const seat = await client.activations.create({ license_key: 'k', fingerprint: 'f' });
       for await (const { ended_at } of client.activations.list({ ended: true })) ended_at?.length;
       await Activation.heartbeat(seat.id, { fingerprint: seat.fingerprint }, { timeoutSeconds: 5 });
       for await (const { data } of client.licenses.timeline('lic_1', { type: 't' })) data.from;
       const [event] = await client.events.list({ license_id: 'lic_1', limit: 1 });
       event.actor.length;
       const seen = await client.licenses.validate('KEY', { fingerprint: 'f' });
       if (seen.activation?.id === seat.id) return seat.fingerprint;
       // @ts-expect-error no machine without its fingerprint
       client.activations.create({ license_key: 'k' }).catch(() => {});
       // @ts-expect-error a repeat takes no second seat: there is no key to send
       client.activations.deactivate(seat.id, {}, { idempotencyKey: 'k' }).catch(() => {});
       // @ts-expect-error not a setting
       if (page.length < 0) new LicenseAPI({ api_key: 'x' });
       const made: License = await client.licenses.create({ policy_id: 'pol_1' });
       try { await License.requireValid({ key: 'k' }); } catch (caught) {
         if (caught instanceof error.LicenseInvalid) return caught.code;
       }
       return made.status;
     }`,
  );
  const tsc = require.resolve('typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext'];
  const done = spawnSync(process.execPath, [tsc, ...options, '--moduleResolution', 'nodenext', file], {
    encoding: 'utf8',
  });
  assert.equal(done.status, 0, done.stdout);
  rmSync(directory, { recursive: true });
});
