'use strict';
/** Billing: what the methods ask, and a subscription that drives a license on a real server. */

const assert = require('node:assert/strict');
const { createHmac } = require('node:crypto');
const test = require('node:test');
const {
  BillingDelivery, BillingProvider, SubscriptionLink, error, setApiBase, setApiKey,
} = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const PROVIDER = { object: 'billing_provider', id: 'bpr_1' };
const LINK = { object: 'subscription_link', id: 'sub_1' };
const PAGE = { object: 'list', has_more: false, data: [] };
const SECRET = 'not-a-secret-but-long-enough';

test('the methods of billing ask for what is named', () =>
  withServer(
    [[200, PROVIDER], [200, LINK], [200, LINK], [200, PAGE]],
    async (client, asked) => {
      const rolled = await client.billingProviders.rollSecret('bpr_1', { secret: SECRET });
      assert.ok(rolled instanceof BillingProvider);
      await client.subscriptionLinks.update('sub_1', { when_refunded: 'suspend' }, { ifMatch: 2 });
      await client.subscriptionLinks.retrieve('sub_1', { timeoutSeconds: 5 });
      await client.billingDeliveries.list({ outcome: 'pending', subject: 'S-1' });
      assert.deepEqual(asked.map(({ url }) => url), [
        '/v1/billing_providers/bpr_1/roll_secret',
        '/v1/subscription_links/sub_1',
        '/v1/subscription_links/sub_1',
        '/v1/billing_deliveries?outcome=pending&subject=S-1',
      ]);
    },
  ));

/** Sign and send a delivery of the generic form. */
async function deliver(url, event) {
  const body = JSON.stringify(event);
  const at = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex');
  const headers = { 'Content-Type': 'application/json', 'Billing-Signature': `t=${at},v1=${digest}` };
  const answer = await fetch(url, { method: 'POST', body, headers });
  return answer.json();
}

test('a subscription drives a license on a real server', () =>
  withRealServer(async ({ client, apiKey, apiBase }) => {
    const provider = await client.billingProviders.create({ provider: 'generic', secret: SECRET });
    const product = await client.products.create({ name: 'Paint', code: 'paint-billing' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Plain' });
    const { id: license_id } = await client.licenses.create({ policy_id: policy.id });
    const fields = { license_id, provider: 'generic', external_id: 'node-1' };
    const link = await client.subscriptionLinks.create(fields);
    await assert.rejects(client.subscriptionLinks.create(fields), error.ConflictError);
    const said = {
      id: 'node-1', type: 'paid', subscription_id: 'node-1',
      occurred_at: '2026-01-01T00:00:00Z', period_end: '2030-01-01T00:00:00Z',
    };
    assert.equal((await deliver(provider.delivery_url, said)).outcome, 'applied');
    assert.equal((await deliver(provider.delivery_url, said)).is_repeat, true);
    setApiKey(apiKey);
    setApiBase(apiBase);
    assert.equal((await SubscriptionLink.retrieve(link.id)).paid_until, said.period_end);
    const [delivery] = (await BillingDelivery.list({ license_id })).data;
    assert.deepEqual(delivery.effects, ['license.renewed']);
    assert.equal((await client.licenses.retrieve(license_id)).expires_at, said.period_end);
    assert.equal((await SubscriptionLink.delete(link.id)).deleted, true);
    await client.billingProviders.delete(provider.id);
    setApiKey(undefined);
    setApiBase(undefined);
  }));
