// Drives the official TypeScript client through the steps.

import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { parse } from './command-line.mjs';
import { check, report, text } from './report.mjs';

const options = parse(process.argv.slice(2));
const { expected } = options;
const asked = [];
const client = makeClient();
let connected;

const passed = await report('typescript', packageVersion(), options, {
  discover,
  list,
  call,
  error,
  progress,
  elicitation,
  cancellation,
});
await client.close();
process.exit(passed ? 0 : 1);

function packageVersion() {
  const entry = createRequire(import.meta.url).resolve('@modelcontextprotocol/client');
  const manifest = entry.replace(/dist\/.*$/, 'package.json');
  return createRequire(import.meta.url)(manifest).version;
}

function makeClient() {
  const mode = options.era === 'modern' ? { pin: options.version } : 'legacy';
  const made = new Client(
    { name: 'tollhouse-driver', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  made.setRequestHandler('elicitation/create', (request) => {
    asked.push(request.params);
    const { field, answer } = expected.elicitation;
    return { action: 'accept', content: { [field]: answer } };
  });
  return made;
}

/** Connects once; a connection that fails fails every step that needs it. */
function connect() {
  connected ??= client.connect(transport()).then(() => {
    const negotiated = client.getNegotiatedProtocolVersion();
    check(negotiated === options.version, `negotiated ${negotiated}`);
    check(client.getProtocolEra() === options.era, `the era is ${client.getProtocolEra()}`);
  });
  return connected;
}

function transport() {
  if (options.http) return new StreamableHTTPClientTransport(new URL(options.http));
  const [command, ...args] = options.command;
  return new StdioClientTransport({ command, args, stderr: 'inherit' });
}

async function tool(name, args, settings) {
  await connect();
  return client.callTool({ name, arguments: args }, settings);
}

async function discover() {
  await connect();
  check(client.getServerCapabilities()?.tools, 'no tools capability');
  const server = client.getServerVersion();
  check(server?.name && server?.version, 'the server does not say what it is');
  if (options.era === 'modern') {
    const found = await client.discover();
    check(found.supportedVersions.includes(options.version), `supports ${found.supportedVersions}`);
  }
  return `${options.version}, ${server.name} ${server.version}`;
}

async function list() {
  await connect();
  const { tools } = await client.listTools();
  for (const name of expected.tools) {
    const found = tools.find((entry) => entry.name === name);
    check(found?.description, `${name} is not listed with a description`);
  }
  return `${tools.length} tools`;
}

async function call() {
  for (const wanted of expected.call) {
    const result = await tool(wanted.tool, wanted.arguments);
    check(!result.isError, `${wanted.tool} failed: ${text(result)}`);
    check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
  }
  return `${expected.call.length} calls`;
}

async function error() {
  const wanted = expected.error;
  const result = await tool(wanted.tool, wanted.arguments);
  check(result.isError === true, `${wanted.tool} did not fail`);
  check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
  return text(result);
}

async function progress() {
  const wanted = expected.progress;
  const seen = [];
  const result = await tool(wanted.tool, {}, { onprogress: (step) => seen.push(step) });
  check(!result.isError, text(result));
  const steps = seen.map((step) => step.progress);
  check(JSON.stringify(steps) === JSON.stringify(wanted.steps), `saw ${JSON.stringify(seen)}`);
  check(seen.every((step) => step.total === wanted.total), `saw ${JSON.stringify(seen)}`);
  return steps.join(', ');
}

async function elicitation() {
  const wanted = expected.elicitation;
  asked.length = 0;
  const result = await tool(wanted.tool, {});
  check(asked.length === 1, `asked ${asked.length} times`);
  const [{ message, requestedSchema }] = asked;
  check(message === wanted.message, `asked ${message}`);
  check(requestedSchema.properties[wanted.field], `asked for ${JSON.stringify(requestedSchema)}`);
  check(text(result) === wanted.contains, `answered ${text(result)}`);
  return text(result);
}

/** Cancels a call that has already sent something, and one that has not. */
async function cancellation() {
  const { count, begun } = expected.cancellation;
  const before = await number(count);
  await cancelled((abort) => ({ onprogress: abort }));
  await reached(count, before + 1);
  const earlier = await number(begun);
  await cancelled((abort) => {
    // Without a token the call says nothing, so another tool tells that it began.
    reached(begun, earlier + 1).then(abort, abort);
    return {};
  });
  await reached(count, before + 2);
  return 'with and without a progress token';
}

async function cancelled(settings) {
  const controller = new AbortController();
  const { signal } = controller;
  const call = tool(expected.cancellation.tool, {}, { signal, ...settings(() => controller.abort('enough')) });
  const outcome = await call.then((result) => text(result), () => undefined);
  check(outcome === undefined, `ran to its end: ${outcome}`);
  check(signal.aborted, 'the call failed by itself');
}

/** The number that a tool of the fixture tells. */
async function number(name) {
  return Number(text(await tool(name, {})));
}

/** Waits until a tool tells at least this number. */
async function reached(name, wanted) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if ((await number(name)) >= wanted) return;
    await wait(100);
  }
  throw new Error(`${name} did not tell ${wanted} within 5 s`);
}
