'use strict';
/** Leases: what the methods send, and a use of a floating license on a real server. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { Lease, LicenseAPI, error } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const LEASE = { object: 'lease', id: 'lse_1' };

function isFull(thrown) {
  assert.ok(thrown instanceof error.ConflictError, String(thrown));
  assert.equal(thrown.code, 'no_seat_available');
  return true;
}

test('the methods of leases send the process, and no idempotency key', () =>
  withServer([[200, LEASE]], async (client, asked) => {
    const app = { license_key: 'K', fingerprint: 'm1' };
    const made = await client.leases.acquire({ ...app, process_id: 'p1' });
    await client.leases.renew('lse_1', app);
    await client.leases.release('lse_1', { force: true });
    await client.leases.retrieve('lse_1', { timeoutSeconds: 0.5 });
    assert.deepEqual(asked.map(({ method, url, body }) => [method, url, body && JSON.parse(body)]), [
      ['POST', '/v1/leases', { ...app, process_id: 'p1' }],
      ['POST', '/v1/leases/lse_1/renew', app],
      ['POST', '/v1/leases/lse_1/release', { force: true }],
      ['GET', '/v1/leases/lse_1', ''],
    ]);
    assert.ok(asked.every(({ headers }) => headers['idempotency-key'] === undefined));
    assert.ok(made instanceof Lease);
  }));

test('no seat is told, and not waited for', () =>
  withServer([[409, { code: 'no_seat_available', detail: 'Wait.' }, { 'retry-after': '2' }]],
    async (client, asked) => {
      await assert.rejects(client.leases.acquire({ fingerprint: 'm1' }), (thrown) => {
        assert.equal(thrown.headers['retry-after'], '2');
        return isFull(thrown);
      });
      assert.equal(asked.length, 1);
    }));

/** A floating license of one seat. */
async function makeLicense(client, code) {
  const product = await client.products.create({ name: 'Paint', code });
  const policy = await client.policies.create({
    product_id: product.id, name: 'Floating', floating: true, max_leases: 1,
  });
  return client.licenses.create({ policy_id: policy.id });
}

async function leaseAndGiveBack(client) {
  const { id: license_id, key } = await makeLicense(client, 'paint-lease');
  const lease = await client.leases.acquire({ license_id, fingerprint: 'm1', user: 'alice' });
  assert.deepEqual([lease.license_id, lease.user, lease.ended_at], [license_id, 'alice', null]);
  await assert.rejects(client.leases.acquire({ license_id, fingerprint: 'm2' }), isFull);
  assert.equal((await client.licenses.validate(key)).code, 'LEASE_REQUIRED');
  assert.equal((await client.licenses.validate(key, { lease_id: lease.id })).code, 'VALID');
  assert.equal((await client.leases.renew(lease.id, { ttl_seconds: 60 })).ttl_seconds, 60);
  const ended = await client.leases.release(lease.id, { fingerprint: 'm1' });
  assert.equal(ended.ended_reason, 'released');
  assert.deepEqual(await client.leases.retrieve(lease.id), ended);
  for (const [isEnded, ids] of [[true, [lease.id]], [false, []]]) {
    const found = await client.leases.list({ license_id, user: 'alice', ended: isEnded });
    assert.deepEqual(found.map(({ id }) => id), ids);
  }
}

async function leaseAsApp(client, apiBase) {
  const { id: license_id } = await makeLicense(client, 'paint-lease-app');
  const token = await client.tokens.create({ license_id, ttl_seconds: 900 });
  const app = new LicenseAPI({ apiKey: token.access_token, apiBase });
  try {
    const lease = await app.leases.acquire({ fingerprint: 'm1' });
    await assert.rejects(app.leases.renew(lease.id), error.InvalidRequestError);
    await app.leases.renew(lease.id, { fingerprint: 'm1' });
    await app.leases.release(lease.id, { fingerprint: 'm1' });
  } finally {
    app.close();
  }
}

test('seats are leased and given back on a real server', () =>
  withRealServer(async ({ client, apiBase }) => {
    await leaseAndGiveBack(client);
    await leaseAsApp(client, apiBase);
  }));
