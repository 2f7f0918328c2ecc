// The steps, told once for every client of this language.
//
// A client is given as an object: `open()` connects, also a second time, over a new transport; `close()`
// ends that, `leave()` with a word to the server; `negotiated()`, `capabilities()` and `server()` tell what
// was agreed on, `supported()` the versions of a server that was discovered; `tools()` and `call(name,
// arguments, settings)` ask; `ear` is the Ear that its handlers speak to.

import { setTimeout as wait } from 'node:timers/promises';
import { check, restart, text, within } from './report.mjs';

const NOTICE_LIMIT_MS = 5000;

/** How a client may come back to a restarted server, the least trouble first. */
export const BY_ITSELF = 'by itself';
export const AGAIN = 'the same client connects again';
export const ANEW = 'a new client connects';

/** Every step by its name. `make` gives a client, `recovery` tells how one is meant to come back. */
export class Steps {
  constructor(options, make, recovery) {
    this.options = options;
    this.expected = options.expected;
    this.make = make;
    this.recovery = recovery;
    this.client = make();
  }

  /** What `report` runs. */
  all() {
    return {
      connect: () => this.connect(),
      list: () => this.list(),
      call: () => this.call(),
      error: () => this.error(),
      progress: () => this.progress(),
      elicitation: () => this.elicitation(),
      cancellation: () => this.cancellation(),
      list_changed: () => this.listChanged(),
      reconnect: () => this.reconnect(),
    };
  }

  /** Connects once; a connection that fails fails every step that needs it. */
  connected() {
    this.connection ??= this.client.open().then(async () => {
      const negotiated = await this.client.negotiated();
      check(negotiated === this.options.version, `negotiated ${negotiated}`);
    });
    return this.connection;
  }

  async tool(name, args = {}, settings = undefined) {
    await this.connected();
    return this.client.call(name, args, settings);
  }

  /** Connects, and where there is a session to leave, leaves it and connects again. */
  async connect() {
    await this.connected();
    if (this.client.leave) {
      await this.client.leave();
      await this.client.open();
    }
    const capabilities = await this.client.capabilities();
    check(capabilities?.tools, 'no tools capability');
    const server = await this.client.server();
    check(server?.name && server?.version, 'the server does not say what it is');
    const supported = await this.client.supported?.();
    check(supported?.includes(this.options.version) ?? true, `supports ${supported}`);
    return `${this.options.version}, ${server.name} ${server.version}`;
  }

  async list() {
    await this.connected();
    const tools = await this.client.tools();
    for (const name of this.expected.tools) {
      const found = tools.find((entry) => entry.name === name);
      check(found?.description, `${name} is not listed with a description`);
    }
    return `${tools.length} tools`;
  }

  async call() {
    for (const wanted of this.expected.call) {
      const result = await this.tool(wanted.tool, wanted.arguments);
      check(!result.isError, `${wanted.tool} failed: ${text(result)}`);
      check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
    }
    return `${this.expected.call.length} calls`;
  }

  async error() {
    const wanted = this.expected.error;
    const result = await this.tool(wanted.tool, wanted.arguments);
    check(result.isError === true, `${wanted.tool} did not fail`);
    check(text(result).includes(wanted.contains), `${wanted.tool} answered ${text(result)}`);
    return text(result);
  }

  async progress() {
    const wanted = this.expected.progress;
    const seen = [];
    const result = await this.tool(wanted.tool, {}, { onprogress: (step) => seen.push(step) });
    check(!result.isError, text(result));
    const steps = seen.map((step) => step.progress);
    check(JSON.stringify(steps) === JSON.stringify(wanted.steps), `saw ${JSON.stringify(seen)}`);
    check(seen.every((step) => step.total === wanted.total), `saw ${JSON.stringify(seen)}`);
    return steps.join(', ');
  }

  async elicitation() {
    const wanted = this.expected.elicitation;
    const { asked } = this.client.ear;
    asked.length = 0;
    const result = await this.tool(wanted.tool);
    check(asked.length === 1, `asked ${asked.length} times`);
    const [{ message, requestedSchema }] = asked;
    check(message === wanted.message, `asked ${message}`);
    check(requestedSchema.properties[wanted.field], `asked for ${JSON.stringify(requestedSchema)}`);
    check(text(result) === wanted.contains, `answered ${text(result)}`);
    return text(result);
  }

  /** Cancels a call that has already sent something, and one that has not. */
  async cancellation() {
    const { count, begun } = this.expected.cancellation;
    const before = await this.number(count);
    await this.cancelled((abort) => ({ onprogress: abort }));
    await this.reached(count, before + 1);
    const earlier = await this.number(begun);
    await this.cancelled((abort) => {
      // Without a token the call says nothing, so another tool tells that it began.
      this.reached(begun, earlier + 1).then(abort, abort);
      return {};
    });
    await this.reached(count, before + 2);
    return 'with and without a progress token';
  }

  async cancelled(settings) {
    const controller = new AbortController();
    const { signal } = controller;
    const abort = () => controller.abort('enough');
    const call = this.tool(this.expected.cancellation.tool, {}, { signal, ...settings(abort) });
    const outcome = await call.then((result) => text(result), () => undefined);
    check(outcome === undefined, `ran to its end: ${outcome}`);
    check(signal.aborted, 'the call failed by itself');
  }

  /** The number that a tool of the fixture tells. */
  async number(name) {
    return Number(text(await this.tool(name)));
  }

  /** Waits until a tool tells at least this number. */
  async reached(name, wanted) {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if ((await this.number(name)) >= wanted) return;
      await wait(100);
    }
    throw new Error(`${name} did not tell ${wanted} within 5 s`);
  }

  async listChanged() {
    await this.connected();
    const change = this.client.ear.nextChange();
    await this.tool(this.expected.change);
    await within(NOTICE_LIMIT_MS, change, 'no notification');
    return 'told';
  }

  /** Whatever way a client takes, a call must work in the end, and the way must be the usual one. */
  async reconnect() {
    await this.call();
    await restart();
    const failures = [];
    for (const way of [BY_ITSELF, AGAIN, ANEW]) {
      try {
        await this.take(way);
        const detail = [way, ...failures].join('; ');
        check(way === this.recovery, `expected ${this.recovery}, came back like this: ${detail}`);
        return { detail, mark: way === ANEW ? 'anew' : 'ok' };
      } catch (error) {
        failures.push(`not ${way}: ${error.message}`);
        if (way === this.recovery) break;
      }
    }
    throw new Error(failures.join('; '));
  }

  async take(way) {
    if (way === AGAIN) {
      await this.client.close();
      await this.client.open();
    } else if (way === ANEW) {
      await this.client.close();
      this.client = this.make();
      await this.client.open();
    }
    await this.call();
  }
}
