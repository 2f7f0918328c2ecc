// The web server of the official Inspector, set to one of our servers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { manifestOf, placeOf } from './packages.mjs';

const TOKEN = 'a-token-for-one-run';

export class InspectorServer {
  static async start(options) {
    const server = new InspectorServer();
    const manifest = manifestOf('@modelcontextprotocol/inspector');
    server.version = manifest.version;
    const place = placeOf('@modelcontextprotocol/inspector');
    const program = fileURLToPath(new URL(manifest.bin['mcp-inspector'], place));
    // It keeps a catalogue in the home directory; here it gets one of its own.
    server.home = mkdtempSync(path.join(tmpdir(), 'inspector-page-'));
    const port = await freePort();
    const target = ['--transport', 'http', '--server-url', options.http];
    server.child = spawn(
      process.execPath,
      [program, '--web', ...target, '--protocol-era', options.era],
      {
        env: {
          ...process.env,
          HOME: server.home,
          CLIENT_PORT: String(port),
          MCP_AUTO_OPEN_ENABLED: 'false',
          MCP_INSPECTOR_API_TOKEN: TOKEN,
          MCP_INSPECTOR_SECRET_STORE: 'memory',
          MCP_APP_ORIGIN_PORT: '0',
          MCP_SANDBOX_PORT: '0',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    // It would go on without its driver.
    process.once('exit', () => server.child.kill());
    server.url = `http://127.0.0.1:${port}/?MCP_INSPECTOR_API_TOKEN=${TOKEN}`;
    await server.up();
    return server;
  }

  /** Waits for the line that says so, and lets the rest go by. */
  async up() {
    const lines = createInterface({ input: this.child.stdout });
    await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        process.stderr.write(`${line}\n`);
        if (line.includes('up and running')) resolve();
      });
      this.child.once('exit', () => reject(new Error('the Inspector ended')));
    });
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
