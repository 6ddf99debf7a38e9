'use strict';
/** A real server of its own for a test, with one account. */

const { execFileSync, spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { createServer } = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { LicenseAPI } = require('../lib/index.js');

const SERVER = path.join(__dirname, '../../../.venv/bin/licenseapi-server');

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function startServer(directory, port) {
  const options = ['serve', '--data-dir', directory, '--port', String(port)];
  const child = spawn(SERVER, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('is ready') && resolve());
    child.on('exit', () => reject(new Error('the server did not start')));
  });
  return child;
}

/** Acts with a client of the account, its secret key, the address, and a folder for files. */
async function withRealServer(act) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'licenseapi-node-'));
  const port = await freePort();
  const made = execFileSync(
    SERVER,
    ['create-account', '--name', 'Acme', '--email', 'alice@acme.example', '--json', '--data-dir', directory],
    { encoding: 'utf8' },
  );
  const apiKey = JSON.parse(made).live.secret_key;
  const server = await startServer(directory, port);
  const apiBase = `http://127.0.0.1:${port}`;
  const client = new LicenseAPI({ apiKey, apiBase });
  try {
    await act({ client, apiKey, apiBase, directory });
  } finally {
    client.close();
    server.kill('SIGTERM');
    await new Promise((resolve) => server.on('exit', resolve));
    rmSync(directory, { recursive: true });
  }
}

module.exports = { withRealServer };
