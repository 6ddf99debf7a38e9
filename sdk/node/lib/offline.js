'use strict';
/**
 * Verification without the server: license files and permits, by the roots in your app.
 *
 * Roots come into an app when it is built; an app that fetched one would believe whoever
 * answers. sdk/vectors/offline.json is the specification.
 */

const crypto = require('node:crypto');
const { SignatureVerificationError } = require('./errors.js');

const LEEWAY_SECONDS = 300;
const MAX_CHARACTERS = 256 * 1024;
const ARMOR =
  /^-----BEGIN LICENSE FILE-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END LICENSE FILE-----$/;
const STATEMENT_HEADER = 'alg,kid,typ';
const DOCUMENT_HEADER = 'alg,kid,statement,typ';

const refused = (reason, message) => new SignatureVerificationError(reason, message);

/** The bytes of unpadded base64url; null unless it is the only text for them. */
function decode(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const raw = Buffer.from(text, 'base64url');
  return raw.toString('base64url') === text ? raw : null;
}

function readObject(raw) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw));
  } catch {
    throw refused('malformed', 'The document is not JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw refused('malformed', 'The document is not a JSON object.');
  }
  return value;
}

function textOf(claims, name) {
  if (typeof claims[name] !== 'string') throw refused('malformed', `The document lacks ${name}.`);
  return claims[name];
}

function numberOf(claims, name) {
  if (!Number.isSafeInteger(claims[name]) || claims[name] < 0) {
    throw refused('malformed', `The document lacks ${name}.`);
  }
  return claims[name];
}

function read(text, kind, members) {
  const parts = text.length <= MAX_CHARACTERS ? text.split('.') : [];
  const raw = parts.map(decode);
  if (raw.length !== 3 || raw.includes(null)) {
    throw refused('malformed', 'The document does not have three parts of base64url.');
  }
  const header = readObject(raw[0]);
  if (header.typ !== kind) throw refused('wrong_type', 'The document is of another kind.');
  if (header.alg !== 'Ed25519') {
    throw refused('wrong_algorithm', 'The document is not signed with Ed25519.');
  }
  const isText = Object.values(header).every((value) => typeof value === 'string');
  if (Object.keys(header).sort().join() !== members || !isText) {
    throw refused('malformed', "The document's header has other members.");
  }
  return { header, payload: raw[1], signed: `${parts[0]}.${parts[1]}`, signature: raw[2] };
}

/** The `kid` of a public key (RFC 7638, section 3). */
function nameKey(publicKey) {
  const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`;
  return crypto.createHash('sha256').update(canonical).digest('base64url');
}

function checkSignature(signed, publicKey) {
  if (decode(publicKey)?.length !== 32) {
    throw refused('malformed', 'A public key is 43 characters of base64url.');
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey };
  const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
  if (!crypto.verify(null, Buffer.from(signed.signed), key, signed.signature)) {
    throw refused('bad_signature', 'The signature does not hold.');
  }
}

function checkBegun(claims, name, now) {
  if (now < numberOf(claims, name) - LEEWAY_SECONDS) {
    throw refused('not_yet', 'The document is not valid yet.');
  }
}

/** What a document says, once root, statement, key, signature, mode and product hold. */
function open(text, kind, use, rootKeys, { product, now, allowTest }) {
  if (typeof product !== 'string' || product === '') {
    throw new TypeError('product is required: a file for one product must not open another');
  }
  const signed = read(text, kind, DOCUMENT_HEADER);
  const statement = read(signed.header.statement, 'key+jws', STATEMENT_HEADER);
  const root = rootKeys.find((candidate) => nameKey(candidate) === statement.header.kid);
  if (root === undefined) throw refused('unknown_root', 'No embedded root has signed for the key.');
  checkSignature(statement, root);
  const says = readObject(statement.payload);
  const publicKey = says.jwk?.x;
  if (typeof publicKey !== 'string' || nameKey(publicKey) !== says.kid) {
    throw refused('wrong_kid', 'The key statement names another key.');
  }
  if (says.use !== use) throw refused('wrong_use', 'The key may not sign such documents.');
  if (now >= numberOf(says, 'exp')) {
    throw refused('statement_expired', "The key's time to sign is over.");
  }
  checkBegun(says, 'nbf', now);
  if (says.kid !== signed.header.kid) {
    throw refused('wrong_kid', 'The statement is about another key.');
  }
  checkSignature(signed, publicKey);
  const claims = readObject(signed.payload);
  if (claims.mode !== says.mode || (claims.mode !== 'live' && !allowTest)) {
    throw refused('wrong_mode', 'The document is of test mode.');
  }
  if (![textOf(claims, 'product'), textOf(claims, 'product_code')].includes(product)) {
    throw refused('wrong_product', 'The document is for another product.');
  }
  return claims;
}

function removeArmor(text) {
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  if (trimmed.length > MAX_CHARACTERS) throw refused('malformed', 'The license file is too long.');
  if (!trimmed.startsWith('-')) return trimmed;
  const found = ARMOR.exec(trimmed);
  if (found === null) throw refused('malformed', 'The license file has lost a part.');
  const body = found[1].replace(/[\r\n]/g, '');
  const raw = Buffer.from(body, 'base64');
  if (raw.toString('base64') !== body) {
    throw refused('malformed', 'The license file is not base64.');
  }
  const parts = readObject(raw);
  // Rendered again it has to be the same: so nothing stands twice in it.
  const same = ['payload', 'protected', 'signature'].map((name) => [name, textOf(parts, name)]);
  if (JSON.stringify(Object.fromEntries(same)) !== raw.toString('utf8')) {
    throw refused('malformed', 'The license file has other members.');
  }
  return `${parts.protected}.${parts.payload}.${parts.signature}`;
}

function checkMachine(claims, fingerprint) {
  if (claims.fp === null || claims.fp === undefined) return;
  const digest = typeof claims.fp === 'string' ? decode(claims.fp) : null;
  const own = crypto.createHash('sha256').update(fingerprint ?? '').digest();
  const isSized = digest !== null && [12, 32].includes(digest.length);
  const isGiven = typeof fingerprint === 'string';
  if (!isGiven || !isSized || !crypto.timingSafeEqual(own.subarray(0, digest.length), digest)) {
    throw refused('wrong_fingerprint', 'The document is for another machine.');
  }
}

/** Codes of the features that have not ended. */
function granted(claims, now) {
  if (!Array.isArray(claims.entitlements)) {
    throw refused('malformed', 'The document lacks entitlements.');
  }
  return claims.entitlements
    .filter((item) => (item?.expires_at ?? null) === null || now < numberOf(item, 'expires_at'))
    .map((item) => textOf(item ?? {}, 'code'));
}

const asked = (options) => ({ ...options, now: options.now ?? Date.now() / 1000 });

/** The license in a file, or in the text of its QR code. Throws SignatureVerificationError. */
function verifyLicenseFile(text, rootKeys, options) {
  const given = asked(options);
  const claims = open(removeArmor(text), 'license+jws', 'file', rootKeys, given);
  checkMachine(claims, given.fingerprint);
  checkBegun(claims, 'nbf', given.now);
  const expiresAt = numberOf(claims, 'exp');
  if (given.now >= expiresAt) throw refused('expired', 'The license file has expired.');
  const isWhole = [claims.license, claims.limits].every((part) => part && typeof part === 'object');
  if (!isWhole) throw refused('malformed', 'The license file says nothing of a license.');
  return {
    id: textOf(claims, 'jti'),
    licenseId: textOf(claims, 'sub'),
    productId: textOf(claims, 'product'),
    activationId: claims.activation ?? null,
    license: claims.license,
    limits: claims.limits,
    entitlements: granted(claims, given.now),
    issuedAt: numberOf(claims, 'iat'),
    expiresAt,
  };
}

/** A permit that a validation gave, now or earlier. Throws SignatureVerificationError. */
function verifyPermit(text, rootKeys, options) {
  const given = asked(options);
  const claims = open(text, 'lic+jwt', 'permit', rootKeys, given);
  if ((given.nonce ?? null) !== null && claims.nonce !== given.nonce) {
    throw refused('wrong_nonce', 'The permit answers another question.');
  }
  checkMachine(claims, given.fingerprint);
  checkBegun(claims, 'iat', given.now);
  const expiresAt = numberOf(claims, 'exp');
  const graceUntil = numberOf(claims, 'grace_until');
  const last = given.isUnreachable ? Math.max(expiresAt, graceUntil) : expiresAt;
  if (given.now >= last) throw refused('expired', 'The permit has expired.');
  return {
    licenseId: textOf(claims, 'sub'),
    productId: textOf(claims, 'product'),
    activationId: claims.activation ?? null,
    code: textOf(claims, 'code'),
    entitlements: granted(claims, given.now),
    issuedAt: numberOf(claims, 'iat'),
    expiresAt,
    graceUntil,
    nextCheckAt: claims.next_check_at ?? null,
    isInGrace: given.now >= expiresAt,
  };
}

module.exports = {
  LEEWAY_SECONDS, checkSignature, nameKey, refused, verifyLicenseFile, verifyPermit,
};
