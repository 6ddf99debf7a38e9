'use strict';
/** What methods take: ids, fields, options, each in its place, and nothing that would be lost. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { License, Page, error, setApiBase, setApiKey } = require('../lib/index.js');
const { withServer } = require('./edge.js');

const LICENSE = { object: 'license', id: 'lic_1', status: 'active', version: 3 };
const VALIDATION = { valid: true, code: 'VALID' };

/** The calls throw a TypeError of this text, and nothing is sent. */
function refusesAll(calls) {
  return () =>
    withServer([[200, { ...LICENSE, ...VALIDATION, data: [], has_more: false }]], async (client, asked) => {
      for (const [act, text] of calls) {
        await assert.rejects(async () => act(client), (thrown) => {
          assert.match(thrown.message, text);
          return thrown instanceof TypeError;
        });
      }
      assert.deepEqual(asked, []);
    });
}

test('options are headers and limits, never fields', () =>
  withServer([[200, LICENSE]], async (client, asked) => {
    await client.licenses.update('lic_1', { name: 'x' }, { ifMatch: 3, idempotencyKey: 'order-7' });
    await client.licenses.delete('lic_1', { ifMatch: 4 }).catch(() => {});
    await client.licenses.retrieve('lic_1', { expand: ['customer'] }, { timeoutSeconds: 1 });
    const [update, removal, retrieval] = asked;
    assert.equal(update.body, '{"name":"x"}');
    assert.equal(update.headers['if-match'], '"3"');
    assert.equal(update.headers['idempotency-key'], 'order-7');
    assert.deepEqual([removal.headers['if-match'], removal.body], ['"4"', '']);
    assert.equal(retrieval.url, '/v1/licenses/lic_1?expand%5B%5D=customer');
  }));

test('what stands in the wrong place is refused', refusesAll([
  [(client) => client.licenses.update('lic_1', { name: 'x', ifMatch: 3 }), /`ifMatch` is no field/],
  [(client) => client.customers.create({ idempotencyKey: 'k' }), /`idempotencyKey` is no field/],
  [(client) => client.licenses.list({ timeout: 1500 }), /`timeout` is no field.*timeoutSeconds/],
  [(client) => client.licenses.validate('K', { signal: null }), /`signal` is no field/],
  [(client) => client.products.retrieve('prod_1', { expand: ['x'] }), /`expand` is not an option/],
  [(client) => client.me.retrieve({ timeout: 5 }), /`timeout` is not an option of me\.get/],
]));

test('what an operation does not take is refused', refusesAll([
  [(client) => client.me.retrieve({}, {}), /me\.get takes no more than \(options\)/],
  [(client) => client.licenses.update('lic_1', {}, {}, {}), /\(id, fields, options\)/],
  [(client) => client.licenses.list({}, {}, 'x'), /\(fields, options\)/],
  [(client) => client.licenses.validate('K', {}, {}, {}), /\(fields, options\)/],
  [(client) => client.licenses.validate('K', {}, { idempotencyKey: 'k' }), /not an option/],
  [(client) => client.tokens.create({}, { idempotencyKey: 'k' }), /not an option/],
  [(client) => client.activations.create({}, { idempotencyKey: 'k' }), /not an option/],
  [(client) => client.activations.retrieve('act_1', {}, {}), /\(id, options\)/],
  [(client) => client.products.delete('prod_1', { ifMatch: 1 }), /not an option/],
  [(client) => client.licenses.create({}, { ifMatch: 1 }), /not an option/],
]));

test('what is of another type is refused', refusesAll([
  [(client) => client.licenses.create('pol_1'), /fields of licenses\.create must be an object/],
  [(client) => client.licenses.create(null), /must be an object/],
  [(client) => client.licenses.create([]), /must be an object/],
  [(client) => client.licenses.create(new Map()), /must be an object/],
  [(client) => client.licenses.update('lic_1', {}, 'k'), /the options must be an object/],
  [(client) => client.licenses.validate(5), /must be an object/],
  [(client) => client.licenses.validate('K', 'paint'), /must be an object/],
  [(client) => client.licenses.validate('K', { key: 'L' }), /given twice/],
  [(client) => client.licenses.retrieve(), /an id must be a text/],
  [(client) => client.licenses.retrieve({ id: 'lic_1' }), /an id must be a text/],
  [(client) => client.licenses.renew('lic_1', {}, { ifMatch: '3' }), /ifMatch must be/],
  [(client) => client.licenses.renew('lic_1', {}, { idempotencyKey: 'a\r\nx: y' }), /idempotencyKey/],
  [(client) => client.licenses.renew('lic_1', {}, { idempotencyKey: '' }), /idempotencyKey/],
  [(client) => client.licenses.list({}, { timeoutSeconds: 1500 }), /timeoutSeconds/],
  [(client) => client.licenses.list({}, { signal: 'x' }), /signal must be an AbortSignal/],
]));

test('what JSON would change in silence is refused', refusesAll([
  ...[new Date('x'), NaN, Infinity, 1n, () => {}, Symbol('x'), new Map(), new Set(), { toJSON: () => null }]
    .flatMap((bad) => [
      [(client) => client.licenses.create({ policy_id: 'pol_1', expires_at: bad }), /`expires_at` is .*cannot be sent/],
      [(client) => client.licenses.list({ created_at: { gte: bad } }), /`gte` is .*cannot be sent/],
    ]),
  [(client) => client.licenses.create({ entitlements: [undefined] }), /`0` is undefined/],
  [(client) => client.licenses.list({ expand: [{ a: 1 }] }), /too deep for a query/],
]));

test('dates, null and what has JSON of its own are sent', () =>
  withServer([[200, LICENSE]], async (client, asked) => {
    const instant = { toJSON: () => '2027-01-01T00:00:00Z' };
    await client.licenses.update('lic_1', {
      starts_at: new Date(0), expires_at: null, name: undefined, metadata: { at: instant },
    });
    assert.equal(
      asked[0].body,
      '{"starts_at":"1970-01-01T00:00:00.000Z","expires_at":null,"metadata":{"at":"2027-01-01T00:00:00Z"}}',
    );
  }));

test('a key may stand first', () =>
  withServer([[200, VALIDATION]], async (client, asked) => {
    await client.licenses.validate('KEY');
    await client.licenses.validate('KEY', { product: 'paint' }, { timeoutSeconds: 1 });
    await client.licenses.requireValid('KEY', { product: 'paint' });
    await client.licenses.validate({ key: 'KEY' });
    assert.deepEqual(asked.map(({ body }) => JSON.parse(body)), [
      { key: 'KEY' }, { key: 'KEY', product: 'paint' }, { key: 'KEY', product: 'paint' }, { key: 'KEY' },
    ]);
  }));

const PAGES = [
  [200, { data: [{ ...LICENSE, id: 'lic_2' }], has_more: true, next_cursor: 'lic_2' }],
  [200, { data: [LICENSE], has_more: false }],
];

test('a list is walked without awaiting it, and is a promise of its first page', () =>
  withServer([...PAGES, ...PAGES], async (client, asked) => {
    const found = [];
    for await (const { id } of client.licenses.list({ status: 'active' })) found.push(id);
    assert.deepEqual(found, ['lic_2', 'lic_1']);
    assert.equal(asked[1].url, '/v1/licenses?status=active&starting_after=lic_2');
    const page = await client.licenses.list();
    assert.ok(page instanceof Page);
    assert.deepEqual(page.map(({ id }) => id), ['lic_2']);
    assert.equal((await page.nextPage()).length, 1);
  }));

test('a list that fails ends the walk with its error', () =>
  withServer([[403, { code: 'forbidden', detail: 'No.' }]], (client) =>
    assert.rejects(async () => {
      for await (const license of client.licenses.list()) assert.fail(license);
    }, error.PermissionDeniedError)));

test('the module style takes the same arguments', () =>
  withServer(PAGES, async (client, asked, address) => {
    setApiKey(' k\n');
    setApiBase(address);
    const found = [];
    for await (const { id } of License.list({}, { timeoutSeconds: 2 })) found.push(id);
    assert.deepEqual(found, ['lic_2', 'lic_1']);
    await assert.rejects(License.update('lic_1', { ifMatch: 3 }), TypeError);
    assert.equal(asked[0].headers.authorization, 'Bearer k');
    setApiKey(undefined);
    setApiBase(undefined);
  }));

test('a signal ends a call, its waits and its further tries', () =>
  withServer([() => {}], async (client, asked) => {
    const reason = new Error('the user has left');
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(reason), 20);
    const gone = (thrown) => thrown === reason;
    await assert.rejects(client.me.retrieve({ signal: leaving.signal }), gone);
    await assert.rejects(client.me.retrieve({ signal: leaving.signal }), gone);
    assert.equal(asked.length, 1);
  }));

test('a signal ends the wait between two tries', () =>
  withServer([[500, {}]], async (client, asked) => {
    const signal = AbortSignal.timeout(60);
    const started = performance.now();
    await assert.rejects(client.me.retrieve({ signal }), (thrown) => thrown === signal.reason);
    assert.ok(performance.now() - started < 240, 'the first wait is 250 ms or more');
    assert.equal(asked.length, 1);
  }));
