'use strict';
/** The shared vectors of offline documents: the same decisions as the server and Python. */

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const licenseapi = require('../lib/index.js');

const FILE = path.join(__dirname, '../../vectors/offline.json');
const { cases } = JSON.parse(readFileSync(FILE, 'utf8'));

function verify(given, text = given.text) {
  const { product, now, fingerprint, nonce } = given;
  const options = {
    product, now, fingerprint, nonce,
    allowTest: given.allow_test, isUnreachable: given.is_unreachable,
  };
  const check =
    given.kind === 'license_file' ? licenseapi.verifyLicenseFile : licenseapi.verifyPermit;
  return check(text, given.roots, options);
}

for (const given of cases) {
  test(`offline: ${given.name}`, () => {
    if (given.reason === null) {
      const found = verify(given);
      assert.deepEqual([found.licenseId, found.productId], ['lic_1', 'prod_1']);
      const ends = { pdf: given.now + 1, svg: 1790000060, gone: 1789999940 };
      const live = Object.keys(ends).filter((code) => given.now < ends[code]);
      assert.deepEqual(found.entitlements, live);
      return;
    }
    assert.throws(() => verify(given), (error) => {
      assert.ok(error instanceof licenseapi.error.SignatureVerificationError, String(error));
      assert.equal(error.reason, given.reason);
      return true;
    });
  });
}

test('every flipped bit is seen', () => {
  for (const given of [cases[0], cases.find((item) => item.kind === 'permit')]) {
    const text = given.text.trim();
    for (let place = 0; place < text.length; place += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(place) ^ (1 << place % 7));
      const changed = text.slice(0, place) + flipped + text.slice(place + 1);
      assert.throws(() => verify(given, changed), licenseapi.error.SignatureVerificationError);
    }
  }
});

test('the product has to be named', () => {
  assert.throws(() => verify({ ...cases[0], product: undefined }), TypeError);
});
