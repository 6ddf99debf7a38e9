'use strict';
/**
 * Verification of signed license keys without the server, by the roots in your app.
 *
 * The format stands in the server's domain/signed_keys.py; sdk/vectors/signed_keys.json is the
 * specification.
 */

const crypto = require('node:crypto');
const { checkSignature, LEEWAY_SECONDS, nameKey, refused } = require('./offline.js');

const VERSION = 1;
const LENGTH = 357;
const SIZE = 223;
const MAX_PASTED = 4096;
const MODES = ['live', 'test'];
const DAY_SECONDS = 86_400;
const STATEMENT_SECONDS = 3_652 * DAY_SECONDS;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SEPARATORS = /[ \-\t\r\n\u00a0\u2010-\u2014\u2212]/g;

/** What typing and pasting may change is taken away. */
const fold = (text) =>
  text
    .replace(SEPARATORS, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');

function decode(text) {
  const folded = text.length <= MAX_PASTED ? fold(text) : '';
  if (folded.length < LENGTH || !/^[0-9A-HJKMNP-TV-Z]+$/.test(folded)) {
    throw refused('malformed', 'This is not a signed license key.');
  }
  const bits = [...folded].map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join('');
  if (parseInt(bits.slice(0, 8), 2) !== VERSION) {
    throw refused('wrong_type', 'The key is of a version that is not known.');
  }
  if (folded.length !== LENGTH || bits.endsWith('1')) {
    throw refused('malformed', 'The key has lost or gained a part.');
  }
  const raw = Buffer.alloc(SIZE);
  for (let place = 0; place < SIZE; place += 1) {
    raw[place] = parseInt(bits.slice(place * 8, place * 8 + 8), 2);
  }
  if (raw[1] >= MODES.length) throw refused('malformed', 'The key is of no mode.');
  return raw;
}

function idOf(prefix, raw) {
  const number = BigInt(`0x${raw.toString('hex')}`);
  let text = '';
  for (let place = 125n; place >= 0n; place -= 5n) text += ALPHABET[Number((number >> place) & 31n)];
  return `${prefix}_${text.toLowerCase()}`;
}

function hasSigned(root, says, signature) {
  const header = { alg: 'Ed25519', kid: nameKey(root), typ: 'key+jws' };
  const parts = [header, says].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  try {
    checkSignature({ signed: parts.join('.'), signature }, root);
  } catch (error) {
    if (error.reason !== 'bad_signature') throw error;
    return false;
  }
  return true;
}

/** The statement is rebuilt: a key carries only what of it cannot be known beforehand. */
function checkStatement(raw, publicKey, rootKeys, now) {
  const nbf = raw.readUIntBE(60, 3) * DAY_SECONDS;
  const says = {
    kid: nameKey(publicKey),
    jwk: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
    use: 'key',
    mode: MODES[raw[1]],
    nbf,
    exp: nbf + STATEMENT_SECONDS,
  };
  if (!rootKeys.some((root) => hasSigned(root, says, raw.subarray(95, 159)))) {
    throw refused('unknown_root', 'No embedded root has signed for the key.');
  }
  if (now >= says.exp) throw refused('statement_expired', "The key's time to sign is over.");
  if (now < nbf - LEEWAY_SECONDS) {
    throw refused('not_yet', "The key's time to sign has not begun.");
  }
}

function checkContent(raw, found, { product, now, allowTest }) {
  if (found.mode !== 'live' && !allowTest) throw refused('wrong_mode', 'The key is of test mode.');
  const digest = crypto.createHash('sha256').update(product).digest().subarray(0, 8);
  if (!digest.equals(raw.subarray(34, 42)) && product !== found.productId) {
    throw refused('wrong_product', 'The key is for another product.');
  }
  if (now < found.beginsAt - LEEWAY_SECONDS) throw refused('not_yet', 'The license has not begun.');
  if (found.expiresAt !== null && now >= found.expiresAt) {
    throw refused('expired', 'The key has expired.');
  }
}

/** The license that a signed key names. Throws SignatureVerificationError. */
function verifySignedKey(text, rootKeys, options) {
  const given = { ...options, now: options.now ?? Date.now() / 1000 };
  if (typeof given.product !== 'string' || given.product === '') {
    throw new TypeError('product is required: a key for one product must not open another');
  }
  const raw = decode(text);
  const publicKey = raw.subarray(63, 95).toString('base64url');
  checkStatement(raw, publicKey, rootKeys, given.now);
  checkSignature({ signed: raw.subarray(0, 159), signature: raw.subarray(159) }, publicKey);
  const found = {
    licenseId: idOf('lic', raw.subarray(2, 18)),
    productId: idOf('prod', raw.subarray(18, 34)),
    mode: MODES[raw[1]],
    beginsAt: raw.readUIntBE(50, 5),
    expiresAt: raw.readUIntBE(55, 5) || null,
  };
  checkContent(raw, found, given);
  return found;
}

module.exports = { verifySignedKey };
