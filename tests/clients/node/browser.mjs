// Drives the official TypeScript client through the steps, inside of a page in Chromium: whatever the
// server does not let pages of other origins do fails here.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { Browser } from './chromium.mjs';
import { parse } from './command-line.mjs';
import { Ear } from './ear.mjs';
import { versionOf } from './packages.mjs';
import { report } from './report.mjs';
import { AGAIN, BY_ITSELF, Steps } from './steps.mjs';

const PACKAGES = '/node_modules';
/** How a page finds what Node finds by itself. */
const IMPORTS = {
  '@modelcontextprotocol/client': `${PACKAGES}/@modelcontextprotocol/client/dist/index.mjs`,
  '@modelcontextprotocol/client/_shims': `${PACKAGES}/@modelcontextprotocol/client/dist/shimsBrowser.mjs`,
  '@modelcontextprotocol/core/internal': `${PACKAGES}/@modelcontextprotocol/core/dist/internal.mjs`,
  eventsource: `${PACKAGES}/eventsource/dist/index.js`,
  'eventsource-parser': `${PACKAGES}/eventsource-parser/dist/index.js`,
  'eventsource-parser/stream': `${PACKAGES}/eventsource-parser/dist/stream.js`,
  'pkce-challenge': `${PACKAGES}/pkce-challenge/dist/index.browser.js`,
  'zod/v4': `${PACKAGES}/zod/v4/index.js`,
};
const PAGE = `<!doctype html><title>page</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module" src="/page.mjs"></script>`;

/** The client in the page, as `steps.mjs` wants it. */
class Inside {
  constructor(page, options, url) {
    this.page = page;
    this.options = options;
    this.url = url;
    this.ear = new Ear(options.expected);
    this.progress = [];
    if (options.era === 'legacy') this.leave = () => this.ask('leave');
  }

  ask(...words) {
    return this.page.evaluate((said) => globalThis.asked(...said), words);
  }

  /** The page may be the one of a client before: it is loaded once. */
  async open() {
    if (this.page.url() !== this.url) {
      await this.page.exposeFunction('answer', (params) => this.ear.answer(params));
      await this.page.exposeFunction('changed', () => this.ear.changed());
      await this.page.exposeFunction('progressed', (id, step) => this.progress[id]?.(step));
      await this.page.goto(this.url);
      await this.page.waitForFunction(() => globalThis.asked);
      await this.ask('make', this.options);
    }
    await this.ask('open');
  }

  close() {
    return this.ask('close');
  }

  negotiated() {
    return this.ask('negotiated');
  }

  capabilities() {
    return this.ask('capabilities');
  }

  server() {
    return this.ask('server');
  }

  async supported() {
    return (await this.ask('supported')) ?? undefined;
  }

  tools() {
    return this.ask('tools');
  }

  call(name, args, settings = {}) {
    const id = this.progress.push(settings.onprogress) - 1;
    settings.signal?.addEventListener('abort', () => this.ask('abort', id));
    return this.ask('call', id, name, args, Boolean(settings.onprogress));
  }
}

const options = parse(process.argv.slice(2));
const server = createServer(serve).listen(0, '127.0.0.1');
await new Promise((resolve) => {
  server.once('listening', resolve);
});
const browser = await Browser.start();
const url = `http://127.0.0.1:${server.address().port}/`;
const recovery = options.era === 'modern' ? BY_ITSELF : AGAIN;
const steps = new Steps(options, () => new Inside(browser.page, options, url), recovery);
const work = Object.entries(steps.all()).map(([name, step]) => [name, browser.watch(step)]);
const version = versionOf('@modelcontextprotocol/client');
const passed = await report('browser', version, options, Object.fromEntries(work));
await browser.close();
process.exit(passed ? 0 : 1);

/** The page, this directory's modules and the installed packages. */
async function serve(request, response) {
  if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    return;
  }
  try {
    const { pathname } = new URL(request.url, 'http://here');
    const code = await readFile(new URL(`.${pathname}`, import.meta.url));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  } catch {
    process.stderr.write(`the page asks for ${request.url}\n`);
    response.writeHead(404).end();
  }
}
