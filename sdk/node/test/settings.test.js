'use strict';
/** Settings: taken or refused as sdk/vectors/settings.json says, before anything is sent. */

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const licenseapi = require('../lib/index.js');
const { readApiBase, readSettings } = require('../lib/settings.js');
const { serve } = require('./edge.js');

const { LicenseAPI } = licenseapi;
const FILE = path.join(__dirname, '../../vectors/settings.json');
const vectors = JSON.parse(readFileSync(FILE, 'utf8'));

function refuses(act, text) {
  assert.throws(act, (thrown) => {
    assert.doesNotMatch(thrown.message, /password|lapi_/);
    assert.match(thrown.message, text);
    return thrown instanceof TypeError;
  });
}

function withEnvironment(values, act) {
  const before = { ...process.env };
  Object.assign(process.env, values);
  try {
    act();
  } finally {
    process.env = before;
  }
}

for (const { given, expected } of vectors.addresses) {
  test(`address: ${JSON.stringify(given)}`, () => {
    if (expected !== null) assert.equal(readApiBase(given), expected);
    else refuses(() => new LicenseAPI({ apiKey: 'k', apiBase: given }), /apiBase|plain HTTP/);
  });
}

test('a key loses its blanks, and a blank one is not replaced by another account’s', () =>
  withEnvironment({ LICENSEAPI_API_KEY: 'of-another-account' }, () => {
    for (const { given, expected } of vectors.keys) {
      assert.equal(readSettings({ apiKey: given }).apiKey, expected);
    }
  }));

test('a key that cannot be is refused without quoting it', () => {
  for (const apiKey of vectors.refused_keys) {
    refuses(() => new LicenseAPI({ apiKey }), /^apiKey /);
    refuses(() => licenseapi.setApiKey(apiKey), /^apiKey /);
  }
  refuses(() => licenseapi.setApiBase('http://user:password@host'), /user/);
});

for (const [name, setting] of [['timeout_seconds', 'timeoutSeconds'], ['max_retries', 'maxRetries']]) {
  test(`limits: ${setting}`, () => {
    for (const given of vectors[name].taken) {
      assert.equal(readSettings({ [setting]: given })[setting], given);
    }
    for (const given of [...vectors[name].refused, NaN, Infinity]) {
      refuses(() => new LicenseAPI({ [setting]: given }), new RegExp(`^${setting} must be`));
    }
  });
}

test('what is no setting is refused', () => {
  refuses(() => new LicenseAPI({ api_key: 'lapi_sk_live_x' }), /`api_key` is not a setting/);
  refuses(() => new LicenseAPI({ timeout: 1500 }), /`timeout` is not a setting; .*timeoutSeconds/);
  refuses(() => new LicenseAPI('lapi_sk_live_x'), /settings are an object/);
  refuses(() => new LicenseAPI(null), /settings are an object/);
  refuses(() => new LicenseAPI({ apiKey: 'k' }, {}), /one object of settings/);
  refuses(() => new LicenseAPI({ caBundle: 5 }), /caBundle/);
});

test('the environment is read, arguments win, blank variables count as absent', () => {
  const set = {
    LICENSEAPI_API_KEY: ' from-environment\n',
    LICENSEAPI_API_BASE: 'http://localhost:1/v1',
    LICENSEAPI_CA_BUNDLE: '/ca.pem',
  };
  withEnvironment(set, () => {
    const { apiKey, apiBase, caBundle } = readSettings({});
    assert.deepEqual([apiKey, apiBase, caBundle], ['from-environment', 'http://localhost:1', '/ca.pem']);
    const given = readSettings({ apiKey: 'given', apiBase: 'http://localhost:2' });
    assert.deepEqual([given.apiKey, given.apiBase], ['given', 'http://localhost:2']);
  });
  withEnvironment({ LICENSEAPI_API_KEY: ' ', LICENSEAPI_API_BASE: '', LICENSEAPI_CA_BUNDLE: '' }, () => {
    const { apiKey, apiBase, caBundle } = readSettings({});
    assert.deepEqual([apiKey, apiBase, caBundle], [null, 'https://api.license-api.com', null]);
  });
});

test('a key with a line end is sent without it', async () => {
  const server = await serve([[200, { account_id: 'acct_1', scopes: [] }]]);
  const client = new LicenseAPI({ apiKey: 'k\n', apiBase: `http://localhost:${server.port}` });
  try {
    await client.me.retrieve();
    assert.equal(server.asked[0].headers.authorization, 'Bearer k');
  } finally {
    client.close();
    server.close();
  }
});
