// Drives mcp-remote, a bridge from stdio to HTTP, through the steps: the TypeScript SDK of the generation
// before stands for the host that starts it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';
import { parse } from './command-line.mjs';
import { manifestOf, placeOf } from './packages.mjs';
import { check, report, unable } from './report.mjs';
import { Sdk } from './sdk-client.mjs';
import { BY_ITSELF, Steps } from './steps.mjs';

const options = parse(process.argv.slice(2));
check(options.http, 'mcp-remote wants --http URL');
const manifest = manifestOf('mcp-remote');
const program = fileURLToPath(new URL(manifest.bin['mcp-remote'], placeOf('mcp-remote')));
// It keeps what it learns in a directory; here it gets one of its own.
const home = mkdtempSync(path.join(tmpdir(), 'mcp-remote-'));
let said = '';

// Whatever it speaks to the server, to its host it speaks the legacy era.
const towardsHost = { ...options, bridged: true, version: LATEST_PROTOCOL_VERSION };
const steps = new Steps(towardsHost, () => new Sdk(towardsHost, bridge), BY_ITSELF);
const work = { ...steps.all(), connect };
if (options.era === 'auto') {
  work.cancellation = unable('it posts a notification instead of closing the stream, which says nothing in the modern era');
}
const passed = await report('mcp-remote', manifest.version, options, work);
await steps.client.close();
rmSync(home, { recursive: true, force: true });
process.exit(passed ? 0 : 1);

function bridge() {
  const protocol = options.era === 'auto' ? 'auto' : 'legacy';
  const settings = ['--transport', 'http-only', '--protocol', protocol];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, options.http, ...settings],
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: home, HOME: home },
    stderr: 'pipe',
  });
  transport.stderr.on('data', (chunk) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  return transport;
}

async function connect() {
  const detail = await steps.connect();
  const speaksModern = said.includes('Remote server speaks MCP 2026-07-28');
  check(speaksModern === (options.era === 'auto'), `it says: ${said}`);
  return detail;
}
