// Drives the TypeScript SDK of the generation before through the steps.

import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { parse } from './command-line.mjs';
import { versionOf } from './packages.mjs';
import { report } from './report.mjs';
import { Sdk } from './sdk-client.mjs';
import { AGAIN, Steps } from './steps.mjs';

const options = parse(process.argv.slice(2));
const steps = new Steps(options, () => new Sdk(options, transport), AGAIN);
const version = versionOf('@modelcontextprotocol/sdk');
const passed = await report('typescript-sdk', version, options, steps.all());
await steps.client.close();
process.exit(passed ? 0 : 1);

function transport() {
  if (options.http) return new StreamableHTTPClientTransport(new URL(options.http));
  const [command, ...args] = options.command;
  return new StdioClientTransport({ command, args, stderr: 'inherit' });
}
