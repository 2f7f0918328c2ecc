// Drives the command line of the official Inspector through the steps: one run of it each.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from './command-line.mjs';
import { manifestOf, placeOf } from './packages.mjs';
import { check, report, restart, text, unable } from './report.mjs';

const TOOL_FAILED = 5;

const options = parse(process.argv.slice(2));
const { expected } = options;
const manifest = manifestOf('@modelcontextprotocol/inspector');
const place = placeOf('@modelcontextprotocol/inspector');
const program = fileURLToPath(new URL(manifest.bin['mcp-inspector'], place));
// The Inspector keeps a catalogue in the home directory; here it gets one of its own.
const home = mkdtempSync(path.join(tmpdir(), 'inspector-'));

const passed = await report('inspector', manifest.version, options, {
  connect,
  list,
  call,
  error,
  progress: unable('the command line does not show progress'),
  elicitation: unable('the command line does not answer questions'),
  cancellation: unable('the command line cannot cancel'),
  list_changed: unable('the command line ends before it could hear of a change'),
  reconnect: options.http ? reconnect : unable('every run starts a server of its own'),
});
rmSync(home, { recursive: true, force: true });
process.exit(passed ? 0 : 1);

/** Runs the Inspector once; returns its result and exit code. */
async function inspect(...words) {
  const target = options.http ? [options.http] : ['--', ...options.command];
  const settings = ['--cli', '--format', 'json', '--protocol-era', options.era, ...words];
  const { code, stdout, stderr } = await new Promise((resolve) => {
    const env = { ...process.env, HOME: home };
    execFile(process.execPath, [program, ...settings, ...target], { env }, (failure, out, err) => {
      resolve({ code: failure ? failure.code : 0, stdout: out, stderr: err });
    });
  });
  check(code === 0 || code === TOOL_FAILED, `exit code ${code}: ${stdout}${stderr}`);
  return { code, result: JSON.parse(stdout).result };
}

function tool(wanted) {
  const args = ['--tool-name', wanted.tool, '--tool-args-json', JSON.stringify(wanted.arguments)];
  return inspect('--method', 'tools/call', ...args);
}

async function connect() {
  // In the modern era this method of the Inspector shows what it discovered.
  const { result } = await inspect('--method', 'initialize');
  check(result.protocolVersion === options.version, `negotiated ${result.protocolVersion}`);
  check(result.capabilities.tools, 'no tools capability');
  const server = result.serverInfo;
  check(server?.name && server?.version, 'the server does not say what it is');
  return `${result.protocolVersion}, ${server.name} ${server.version}`;
}

async function list() {
  const { result } = await inspect('--method', 'tools/list');
  for (const name of expected.tools) {
    const found = result.tools.find((entry) => entry.name === name);
    check(found?.description, `${name} is not listed with a description`);
  }
  return `${result.tools.length} tools`;
}

async function call() {
  for (const wanted of expected.call) {
    const { code, result } = await tool(wanted);
    check(code === 0 && !result.isError, `${wanted.tool} failed: ${text(result)}`);
    check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
  }
  return `${expected.call.length} calls`;
}

async function error() {
  const wanted = expected.error;
  const { code, result } = await tool(wanted);
  check(code === TOOL_FAILED && result.isError === true, `${wanted.tool} did not fail`);
  check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
  return text(result);
}

async function reconnect() {
  await call();
  await restart();
  await call();
  return { detail: 'every run connects anew', mark: 'anew' };
}
