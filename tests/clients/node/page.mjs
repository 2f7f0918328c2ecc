// The page's side of `browser.mjs`: the client, and what it is asked to do.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Typescript } from './typescript-client.mjs';

const ear = { answer: (params) => globalThis.answer(params), changed: () => globalThis.changed() };
const aborts = [];
let client;

const orders = {
  make(options) {
    const transport = () => new StreamableHTTPClientTransport(new URL(options.http));
    client = new Typescript(Client, options, transport, ear);
  },
  call(id, name, args, withProgress) {
    const controller = new AbortController();
    aborts[id] = controller;
    const onprogress = (step) => globalThis.progressed(id, step);
    const settings = { signal: controller.signal, ...(withProgress ? { onprogress } : {}) };
    return client.call(name, args, settings);
  },
  abort(id) {
    aborts[id].abort('enough');
  },
};

/** Does what the driver asks: an order of this page, or a question that the client answers. */
globalThis.asked = (word, ...rest) => (orders[word] ?? ((...words) => client[word](...words)))(...rest);
