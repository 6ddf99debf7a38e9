'use strict';
/** Events: what the methods ask, and the timeline of a license on a real server. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { Event, License, error, setApiBase, setApiKey } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const EVENT = { object: 'event', id: 'evt_1', data: { from: 'then' } };
const PAGE = { object: 'list', has_more: false, data: [EVENT] };

test('the methods of events ask for what is named', () =>
  withServer(
    [[200, EVENT], [200, PAGE], [200, { ...PAGE, has_more: true }], [200, PAGE]],
    async (client, asked) => {
      const event = await client.events.retrieve('evt_1', { timeoutSeconds: 5 });
      assert.ok(event instanceof Event);
      assert.deepEqual(event.data, { from: 'then' });
      await client.events.list({ type: 'license.renewed', license_id: 'lic_1' });
      const page = await client.licenses.timeline('lic_1', { limit: 1 });
      assert.equal((await page.nextPage()).length, 1);
      assert.deepEqual(asked.map(({ url }) => url), [
        '/v1/events/evt_1',
        '/v1/events?type=license.renewed&license_id=lic_1',
        '/v1/licenses/lic_1/timeline?limit=1',
        '/v1/licenses/lic_1/timeline?limit=1&starting_after=evt_1',
      ]);
    },
  ));

test('a license has a timeline on a real server', () =>
  withRealServer(async ({ client, apiKey, apiBase }) => {
    const product = await client.products.create({ name: 'Paint', code: 'paint-events' });
    const policy = await client.policies.create({ product_id: product.id, name: 'Plain' });
    const { id: license_id } = await client.licenses.create({ policy_id: policy.id });
    await client.licenses.suspend(license_id, { reason: 'Disputed' });
    setApiKey(apiKey);
    setApiBase(apiBase);
    const found = [];
    for await (const event of License.timeline(license_id, { limit: 1 })) found.push(event);
    assert.deepEqual(found.map(({ type }) => type), ['license.suspended', 'license.created']);
    assert.deepEqual(found[0].data, { reason: 'Disputed' });
    assert.deepEqual(await Event.retrieve(found[0].id), found[0]);
    const created = await Event.list({ license_id, type: 'license.created' });
    assert.deepEqual(created.data, [found[1]]);
    await assert.rejects(License.timeline('lic_x'), error.NotFoundError);
    setApiKey(undefined);
    setApiBase(undefined);
  }));
