'use strict';
/** An HTTP server that answers what a test tells it to, and remembers what it was asked. */

const http = require('node:http');
const https = require('node:https');
const { LicenseAPI } = require('../lib/index.js');

/** A server that answers with `answers` in turn; what it was asked is in `.asked`. */
async function serve(answers, options = null) {
  const asked = [];
  const handler = (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (typeof answer === 'function') answer(response);
      else {
        const [status, body, extra = {}] = answer;
        response.writeHead(status, { 'content-type': 'application/json', ...extra });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      }
    });
  };
  const server = options ? https.createServer(options, handler) : http.createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { asked, close, port: server.address().port };
}

async function withServer(answers, act) {
  const server = await serve(answers);
  const client = new LicenseAPI({
    apiKey: 'lapi_sk_live_canary',
    apiBase: `http://127.0.0.1:${server.port}`,
    timeoutSeconds: 0.5,
    maxRetries: 1,
  });
  try {
    await act(client, server.asked, `http://127.0.0.1:${server.port}`);
  } finally {
    client.close();
    server.close();
  }
}

module.exports = { serve, withServer };
