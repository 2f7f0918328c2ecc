// Drives the official TypeScript client through the steps.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { parse } from './command-line.mjs';
import { Ear } from './ear.mjs';
import { versionOf } from './packages.mjs';
import { report } from './report.mjs';
import { AGAIN, BY_ITSELF, Steps } from './steps.mjs';
import { Typescript } from './typescript-client.mjs';

const options = parse(process.argv.slice(2));
const recovery = options.http && options.era === 'modern' ? BY_ITSELF : AGAIN;
const make = () => new Typescript(Client, options, transport, new Ear(options.expected));
const steps = new Steps(options, make, recovery);
const version = versionOf('@modelcontextprotocol/client');
const passed = await report('typescript', version, options, steps.all());
await steps.client.close();
process.exit(passed ? 0 : 1);

function transport() {
  if (options.http) return new StreamableHTTPClientTransport(new URL(options.http));
  const [command, ...args] = options.command;
  return new StdioClientTransport({ command, args, stderr: 'inherit' });
}
