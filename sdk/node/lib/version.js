'use strict';
/** What this package says of itself to the server. */

exports.VERSION = '0.1.0';
exports.API_VERSION = '2026-11-01';
