'use strict';
/** Carries the messages of an exchange over node:http(s), which takes a CA without a dependency. */

const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { setTimeout: sleep } = require('node:timers/promises');
const { log } = require('./logs.js');

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|ERR_SSL_)/;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

function kindOf(error) {
  if (error.code === 'LICENSEAPI_TIMEOUT') return 'timeout';
  return CERTIFICATE_CODES.test(error.code ?? '') ? 'certificate' : 'connection';
}

function timeoutError() {
  return Object.assign(new Error('timed out'), { code: 'LICENSEAPI_TIMEOUT' });
}

async function pause(seconds, signal) {
  try {
    await sleep(seconds * 1000, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

class Transport {
  #agents;

  constructor(settings) {
    const ca = settings.caBundle ? readFileSync(settings.caBundle) : undefined;
    this.#agents = {
      'http:': new http.Agent({ keepAlive: true }),
      'https:': new https.Agent({ keepAlive: true, ca }),
    };
  }

  /** Let idle connections go. */
  close() {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** Drive an exchange to its end. */
  async run(steps) {
    let step = steps.next();
    let signal;
    while (!step.done) {
      if (step.value.request) {
        signal = step.value.request.signal;
        step = steps.next(await this.#send(step.value.request));
      } else {
        await pause(step.value.wait, signal);
        step = steps.next();
      }
    }
    return step.value;
  }

  async #send(request) {
    const started = performance.now();
    request.signal?.throwIfAborted();
    try {
      const answer = await this.#exchangeBytes(request);
      log(request, answer.status, performance.now() - started);
      return answer;
    } catch (cause) {
      log(request, cause.code ?? cause.message, performance.now() - started);
      // The caller has given up: no error of the call, and no further try.
      request.signal?.throwIfAborted();
      return { failure: kindOf(cause), cause };
    }
  }

  #exchangeBytes(request) {
    const url = new URL(request.url);
    const { request: open } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const { method, headers, signal } = request;
      const outgoing = open(url, { method, headers, signal, agent: this.#agents[url.protocol] });
      // One clock for the whole answer: a server that trickles is a server that stalls.
      const clock = setTimeout(() => outgoing.destroy(timeoutError()), request.timeoutSeconds * 1000);
      const fail = (error) => {
        clearTimeout(clock);
        reject(error);
      };
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        if (request.isStreamed && incoming.statusCode < 300) {
          // Whoever asked reads it as it arrives; from now on the clock is for each part.
          clearTimeout(clock);
          incoming.setTimeout(request.timeoutSeconds * 1000, () => incoming.destroy(timeoutError()));
          resolve({ status: incoming.statusCode, headers: incoming.headers, stream: incoming });
          return;
        }
        const chunks = [];
        let size = 0;
        incoming.on('data', (chunk) => {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) outgoing.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        incoming.on('aborted', () => fail(new Error('the answer broke off')));
        incoming.on('error', fail);
        incoming.on('end', () => {
          clearTimeout(clock);
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode, headers: incoming.headers, body });
        });
      });
      outgoing.end(request.content ?? undefined);
    });
  }
}

module.exports = { Transport };
