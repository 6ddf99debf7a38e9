'use strict';
/** Activations: what the methods send, and a machine's life on a real server. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { Activation, LicenseAPI, error, setApiBase, setApiKey } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const ACTIVATION = { object: 'activation', id: 'act_1', components: { object: 'license' } };

function refusedWith(code) {
  return (thrown) => {
    assert.ok(thrown instanceof error.ConflictError, String(thrown));
    assert.equal(thrown.code, code);
    return true;
  };
}

test('the methods of activations send the machine, and no idempotency key', () =>
  withServer([[200, ACTIVATION]], async (client, asked) => {
    const app = { license_key: 'K', fingerprint: 'm1' };
    const made = await client.activations.create({ ...app, cores: 8 });
    await client.activations.heartbeat('act_1', app);
    await client.activations.deactivate('act_1');
    await client.activations.retrieve('act_1', { timeoutSeconds: 0.5 });
    assert.deepEqual(asked.map(({ method, url, body }) => [method, url, body && JSON.parse(body)]), [
      ['POST', '/v1/activations', { ...app, cores: 8 }],
      ['POST', '/v1/activations/act_1/heartbeat', app],
      ['POST', '/v1/activations/act_1/deactivate', {}],
      ['GET', '/v1/activations/act_1', ''],
    ]);
    assert.ok(asked.every(({ headers }) => headers['idempotency-key'] === undefined));
    assert.ok(made instanceof Activation);
    assert.deepEqual(made.components, { object: 'license' });
  }));

test('a lost answer is asked for again with the same bytes', () =>
  withServer([(response) => response.destroy(), [200, ACTIVATION]], async (client, asked) => {
    const seat = await client.activations.create({ license_key: 'K', fingerprint: 'm1' });
    assert.equal(seat.id, 'act_1');
    assert.equal(asked[0].body, asked[1].body);
  }));

test('a cool-down is told, and not waited for', () =>
  withServer([[409, { code: 'cooldown_running', detail: 'Wait.' }, { 'retry-after': '1' }]],
    async (client, asked) => {
      await assert.rejects(client.activations.deactivate('act_1'), (thrown) => {
        assert.equal(thrown.headers['retry-after'], '1');
        return refusedWith('cooldown_running')(thrown);
      });
      assert.equal(asked.length, 1);
    }));

/** A license for one machine of up to four cores, and one move a day. */
async function makeLicense(client, code) {
  const product = await client.products.create({ name: 'Paint', code });
  const policy = await client.policies.create({
    product_id: product.id, name: 'One machine', max_activations: 1, max_cores: 4,
    max_deactivations: 1, deactivation_period: 'P1D',
  });
  return client.licenses.create({ policy_id: policy.id });
}

async function liveAndEnd(client) {
  const { id: license_id } = await makeLicense(client, 'paint');
  const machine = { license_id, fingerprint: 'm1' };
  const seat = await client.activations.create({ ...machine, components: { object: 'license' } });
  assert.deepEqual([seat.license_id, seat.components.object], [license_id, 'license']);
  assert.equal((await client.activations.create(machine)).id, seat.id);
  assert.notEqual((await client.activations.heartbeat(seat.id)).heartbeat_at, null);
  const other = { license_id, fingerprint: 'm2' };
  await assert.rejects(client.activations.create(other), refusedWith('activation_limit_reached'));
  const ended = await client.activations.deactivate(seat.id);
  assert.equal(ended.ended_reason, 'deactivated');
  assert.deepEqual(await client.activations.deactivate(seat.id), ended);
  const large = { ...other, cores: 5 };
  await assert.rejects(client.activations.create(large), refusedWith('machine_limit_reached'));
  for (const [isEnded, ids] of [[true, [seat.id]], [false, []]]) {
    const found = await client.activations.list({ ...machine, ended: isEnded });
    assert.deepEqual(found.map(({ id }) => id), ids);
  }
}

async function validateMachine(client) {
  const { key, id: license_id } = await makeLicense(client, 'paint-validate');
  const machine = { fingerprint: 'm1', components: { board: 'b1', disk: 'd1' } };
  const before = await client.licenses.validate(key, machine);
  assert.deepEqual([before.valid, before.code, before.activation], [false, 'NOT_ACTIVATED', null]);
  const seat = await client.activations.create({ license_id, ...machine });
  const after = await client.licenses.validate(key, machine);
  assert.deepEqual([after.valid, after.activation.id], [true, seat.id]);
}

async function liveAsApp(client, apiBase) {
  const { id: license_id } = await makeLicense(client, 'paint-app');
  const token = await client.tokens.create({ license_id, ttl_seconds: 900 });
  const app = new LicenseAPI({ apiKey: token.access_token, apiBase });
  try {
    const seat = await app.activations.create({ fingerprint: 'm1' });
    await assert.rejects(app.activations.heartbeat(seat.id), error.InvalidRequestError);
    await app.activations.heartbeat(seat.id, { fingerprint: 'm1' });
    await app.activations.deactivate(seat.id, { fingerprint: 'm1' });
    const { id } = await app.activations.create({ fingerprint: 'm2' });
    await assert.rejects(
      app.activations.deactivate(id, { fingerprint: 'm2' }),
      refusedWith('deactivation_limit_reached'),
    );
  } finally {
    app.close();
  }
}

async function liveInModuleStyle(client, apiKey, apiBase) {
  const { id: license_id } = await makeLicense(client, 'paint-module');
  setApiKey(apiKey);
  setApiBase(apiBase);
  const seat = await Activation.create({ license_id, fingerprint: 'm1' });
  await Activation.heartbeat(seat.id);
  for await (const { id } of Activation.list({ license_id })) assert.equal(id, seat.id);
  assert.deepEqual(await Activation.deactivate(seat.id), await Activation.retrieve(seat.id));
  setApiKey(undefined);
  setApiBase(undefined);
}

test('machines live and end on a real server', () =>
  withRealServer(async ({ client, apiKey, apiBase }) => {
    await liveAndEnd(client);
    await validateMachine(client);
    await liveAsApp(client, apiBase);
    await liveInModuleStyle(client, apiKey, apiBase);
  }));
