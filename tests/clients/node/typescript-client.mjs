// How the official TypeScript client spells things, in Node and in a browser.

/** A client as `steps.mjs` wants it. */
export class Typescript {
  constructor(Client, options, transport, ear) {
    this.options = options;
    this.transport = transport;
    this.ear = ear;
    if (options.http && options.era === 'legacy') this.leave = this.endSession;
    const mode = options.era === 'modern' ? { pin: options.version } : 'legacy';
    this.client = new Client(
      { name: 'tollhouse-driver', version: '1.0.0' },
      {
        capabilities: { elicitation: { form: {} } },
        versionNegotiation: { mode },
        listChanged: { tools: { autoRefresh: false, onChanged: () => this.ear.changed() } },
      },
    );
    this.client.setRequestHandler('elicitation/create', (request) => this.ear.answer(request.params));
  }

  open() {
    this.link = this.transport();
    return this.client.connect(this.link);
  }

  async endSession() {
    await this.link.terminateSession();
    await this.client.close();
  }

  close() {
    return this.client.close();
  }

  negotiated() {
    const era = this.client.getProtocolEra();
    return era === this.options.era ? this.client.getNegotiatedProtocolVersion() : era;
  }

  capabilities() {
    return this.client.getServerCapabilities();
  }

  server() {
    return this.client.getServerVersion();
  }

  async supported() {
    if (this.options.era !== 'modern') return undefined;
    return (await this.client.discover()).supportedVersions;
  }

  async tools() {
    return (await this.client.listTools()).tools;
  }

  call(name, args, settings) {
    return this.client.callTool({ name, arguments: args }, settings);
  }
}
