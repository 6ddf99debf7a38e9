'use strict';
/** `LICENSEAPI_LOG=debug`: a line per try on standard error, without anything secret. */

const SECRETS = /lapi_(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]+|eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** The text with credentials taken out. */
function redact(text) {
  return text.replace(SECRETS, '[redacted]');
}

/** Log one try. Bodies and headers are never logged; query values may be license keys. */
function log(request, outcome, milliseconds) {
  if ((process.env.LICENSEAPI_LOG ?? '').toLowerCase() !== 'debug') return;
  const target = redact(request.url.split('?')[0]);
  process.stderr.write(
    `licenseapi: ${request.method} ${target} -> ${outcome} (${milliseconds.toFixed(0)} ms)\n`,
  );
}

module.exports = { log, redact };
