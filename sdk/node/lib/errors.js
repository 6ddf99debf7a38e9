'use strict';
/**
 * What a call can throw.
 *
 * LicenseAPIError
 * ├── APIError                      anything an API call can throw
 * │   ├── APIConnectionError        no answer
 * │   │   └── APITimeoutError       no answer in time
 * │   └── APIStatusError            an answer that is not the one asked for
 * │       ├── InvalidRequestError   400, 422
 * │       ├── AuthenticationError   401
 * │       ├── LicenseLimitError     402
 * │       ├── PermissionDeniedError 403
 * │       ├── NotFoundError         404
 * │       ├── ConflictError         409
 * │       ├── RateLimitError        429
 * │       ├── QuotaExceededError    429, the month is used up
 * │       ├── ServerError           5xx
 * │       └── UnusableAnswerError   2xx, but without what the call is for
 * ├── LicenseInvalid                thrown by requireValid, with the verdict's code
 * └── SignatureVerificationError    a license file or permit is not what it says it is
 */

class LicenseAPIError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

class APIError extends LicenseAPIError {}
class APIConnectionError extends APIError {}
class APITimeoutError extends APIConnectionError {}

/** `status`, `code`, `param`, `requestId`, `headers`, `body` (the problem document, or text). */
class APIStatusError extends APIError {
  constructor(message, facts = {}) {
    super(message);
    this.status = facts.status;
    this.code = facts.code ?? null;
    this.param = facts.param ?? null;
    this.requestId = facts.requestId ?? null;
    this.headers = facts.headers ?? {};
    this.body = facts.body ?? null;
  }
}

class InvalidRequestError extends APIStatusError {}
class AuthenticationError extends APIStatusError {}
class LicenseLimitError extends APIStatusError {}
class PermissionDeniedError extends APIStatusError {}
class NotFoundError extends APIStatusError {}
class ConflictError extends APIStatusError {}
class RateLimitError extends APIStatusError {}
class QuotaExceededError extends APIStatusError {}
class ServerError extends APIStatusError {}
/** 2xx without what was asked for: of a portal or proxy, not a verdict on a license. */
class UnusableAnswerError extends APIStatusError {}

/** A license that is not valid: `code` says why, `validation` is the whole answer. */
class LicenseInvalid extends LicenseAPIError {
  constructor(validation) {
    super(`${validation.code}: ${validation.detail}`);
    this.code = validation.code;
    this.validation = validation;
  }
}

/** A document is not what it says it is: `reason` in one word. */
class SignatureVerificationError extends LicenseAPIError {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

const BY_STATUS = {
  400: InvalidRequestError,
  401: AuthenticationError,
  402: LicenseLimitError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: InvalidRequestError,
  429: RateLimitError,
};

/** The class for a status and code. */
function classFor(status, code) {
  if (code === 'quota_exceeded') return QuotaExceededError;
  if (status >= 500 && status < 600) return ServerError;
  return BY_STATUS[status] ?? APIStatusError;
}

module.exports = {
  LicenseAPIError,
  APIError,
  APIConnectionError,
  APITimeoutError,
  APIStatusError,
  InvalidRequestError,
  AuthenticationError,
  LicenseLimitError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  RateLimitError,
  QuotaExceededError,
  ServerError,
  UnusableAnswerError,
  LicenseInvalid,
  SignatureVerificationError,
  classFor,
};
