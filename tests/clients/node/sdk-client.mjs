// How the TypeScript SDK of the generation before spells things.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Ear } from './ear.mjs';

/** A client as `steps.mjs` wants it. */
export class Sdk {
  constructor(options, transport) {
    this.options = options;
    this.transport = transport;
    this.ear = new Ear(options.expected);
    // A bridge over stdio has no session of its own to leave.
    if (options.http && !options.bridged) this.leave = this.endSession;
    this.client = new Client(
      { name: 'tollhouse-driver', version: '1.0.0' },
      {
        capabilities: { elicitation: { form: {} } },
        listChanged: { tools: { autoRefresh: false, onChanged: () => this.ear.changed() } },
      },
    );
    this.client.setRequestHandler(ElicitRequestSchema, (request) => this.ear.answer(request.params));
  }

  async open() {
    this.link = this.transport();
    // The client tells the version to its transport alone, and only if it wants to know.
    const tell = this.link.setProtocolVersion?.bind(this.link);
    this.link.setProtocolVersion = (version) => {
      this.version = version;
      tell?.(version);
    };
    await this.client.connect(this.link);
  }

  async endSession() {
    await this.link.terminateSession();
    await this.client.close();
  }

  close() {
    return this.client.close();
  }

  negotiated() {
    return this.version;
  }

  capabilities() {
    return this.client.getServerCapabilities();
  }

  server() {
    return this.client.getServerVersion();
  }

  async tools() {
    return (await this.client.listTools()).tools;
  }

  call(name, args, settings) {
    return this.client.callTool({ name, arguments: args }, CallToolResultSchema, settings);
  }
}
