'use strict';
/** The shared vectors of signed license keys: the same decisions as the server and Python. */

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const licenseapi = require('../lib/index.js');

const FILE = path.join(__dirname, '../../vectors/signed_keys.json');
const vectors = JSON.parse(readFileSync(FILE, 'utf8'));
const { cases } = vectors;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function verify(given, text = given.text) {
  const { product, now } = given;
  return licenseapi.verifySignedKey(text, given.roots, { product, now, allowTest: given.allow_test });
}

for (const given of cases) {
  test(`signed key: ${given.name}`, () => {
    if (given.reason === null) {
      const found = verify(given);
      const expected = [vectors.license_id, vectors.product_id];
      assert.deepEqual([found.licenseId, found.productId], expected);
      return;
    }
    assert.throws(() => verify(given), (error) => {
      assert.ok(error instanceof licenseapi.error.SignatureVerificationError, String(error));
      assert.equal(error.reason, given.reason);
      return true;
    });
  });
}

test('every flipped character of a signed key is seen', () => {
  const { text } = cases[0];
  for (let place = 0; place < text.length; place += 1) {
    const other = ALPHABET[ALPHABET.indexOf(text[place]) ^ (1 << place % 5)];
    const changed = text.slice(0, place) + other + text.slice(place + 1);
    assert.throws(() => verify(cases[0], changed), licenseapi.error.SignatureVerificationError);
  }
});

test('the product of a signed key has to be named', () => {
  assert.throws(() => verify({ ...cases[0], product: undefined }), TypeError);
});
