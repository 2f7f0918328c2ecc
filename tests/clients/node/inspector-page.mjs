// Drives the web page of the official Inspector through the steps. The page speaks to the Inspector's own
// server, and that one to ours: it has no other way any more. What a page may do directly, `browser.mjs` tells.

import { Browser } from './chromium.mjs';
import { parse } from './command-line.mjs';
import { InspectorServer } from './inspector-server.mjs';
import { check, report } from './report.mjs';
import { AGAIN, BY_ITSELF, Steps } from './steps.mjs';

const ACTION_LIMIT_MS = 10_000;

/** The page, as `steps.mjs` wants a client. */
class Page {
  constructor(page, options) {
    this.page = page;
    this.options = options;
    this.screen = page.getByTestId('tools-screen');
  }

  async open() {
    await this.toggle().dispatchEvent('click');
    await this.status('connected', 'error');
    const header = this.page.getByTestId('connection-status');
    const complaint = await header.getAttribute('data-error-message');
    check((await header.getAttribute('data-status')) === 'connected', complaint);
    await this.button('Connection Info').click();
    // Waiting for the version means waiting for the dialog to have come to its end.
    const dialog = this.page.getByRole('dialog');
    await dialog.getByText('Server Capabilities').waitFor();
    this.found = (await dialog.innerText()).split('\n').filter((line) => line.trim() !== '');
    await this.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await this.page.getByTestId('connection-status').getByText('Tools', { exact: true }).click();
    await this.screen.waitFor();
  }

  /** The page goes back to its list of servers by itself. */
  async close() {
    const disconnect = this.button('Disconnect from server');
    if (await disconnect.isVisible()) await disconnect.click();
    await this.status('disconnected', 'error');
    await this.toggle().waitFor();
  }

  toggle() {
    return this.page.getByRole('switch', { name: 'Connect or disconnect' });
  }

  /** What stands below a title of the dialog. */
  below(title) {
    return this.found[this.found.indexOf(title) + 1];
  }

  negotiated() {
    return this.below('Protocol');
  }

  capabilities() {
    return { tools: this.found.find((line) => /^Tools\b/.test(line)) };
  }

  server() {
    return { name: this.below('Name'), version: this.below('Version') };
  }

  async tools() {
    const buttons = this.screen.locator('button[data-variant=listItem]');
    await buttons.first().waitFor();
    const names = await buttons.allInnerTexts();
    const tools = [];
    // A title may stand above the name.
    for (const name of names.map((text) => text.trim().split('\n').pop())) {
      tools.push({ name, description: await this.description(name) });
    }
    return tools;
  }

  /** The page shows it to whoever selects the tool. */
  async description(name) {
    if (!this.options.expected.tools.includes(name)) return undefined;
    await this.select(name);
    const lines = (await this.screen.innerText()).split('\n').filter((line) => line !== '');
    return lines[lines.lastIndexOf('Edit as JSON') - 1];
  }

  /** Starts a call; `settle` waits for its end. */
  async start(name, args = {}) {
    const shown = this.button('Close results');
    if (await shown.isVisible()) await shown.click();
    await this.settled('idle');
    await this.select(name);
    if (Object.keys(args).length > 0) await this.fill(args);
    await this.button('Execute Tool').click();
  }

  async settle() {
    await this.settled('ok', 'error');
    const [before, shown] = (await this.screen.innerText()).split('\nResults\n');
    check(shown !== undefined, before.split('\nTool Call Failed\n').pop());
    const isError = shown.trimStart().startsWith('Tool Error');
    return { isError, content: [{ type: 'text', text: shown.replace(/⎘\s*$/, '').trim() }] };
  }

  async call(name, args) {
    await this.start(name, args);
    return this.settle();
  }

  async select(name) {
    const item = this.screen.locator('button[data-variant=listItem]');
    await item.filter({ has: this.page.getByText(name, { exact: true }) }).click();
  }

  async fill(args) {
    await this.screen.getByLabel('Edit as JSON').dispatchEvent('click');
    const editor = this.page.getByRole('textbox', { name: /^Arguments JSON/ });
    await editor.focus();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(JSON.stringify(args));
  }

  async settled(...states) {
    const selectors = states.map((state) => `[data-testid=tools-screen][data-call-status=${state}]`);
    await this.page.locator(selectors.join(', ')).waitFor();
  }

  async status(...states) {
    const selectors = states.map((state) => `[data-testid=connection-status][data-status=${state}]`);
    await this.page.locator(selectors.join(', ')).waitFor();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  alert(text) {
    return this.page.getByRole('alert').filter({ hasText: text });
  }
}

const options = parse(process.argv.slice(2));
const server = await InspectorServer.start(options);
const browser = await Browser.start();
browser.page.setDefaultTimeout(ACTION_LIMIT_MS);
await browser.page.goto(server.url);
await browser.page.getByText(options.http, { exact: true }).waitFor();
const page = new Page(browser.page, options);
const recovery = options.era === 'legacy' ? AGAIN : BY_ITSELF;
const steps = new Steps(options, () => page, recovery);
const work = { ...steps.all(), progress, elicitation, cancellation, list_changed };
for (const name of Object.keys(work)) work[name] = browser.watch(work[name]);
const passed = await report('inspector-page', server.version, options, work);
await browser.close();
await server.stop();
process.exit(passed ? 0 : 1);

/** The page shows the last step for a while. */
async function progress() {
  const { tool, total } = options.expected.progress;
  const shown = page.alert(`${total} / ${total}`).waitFor();
  const [result] = await Promise.all([steps.tool(tool), shown]);
  check(!result.isError, result.content[0].text);
  return `${total} / ${total}`;
}

async function elicitation() {
  const { tool, message, field, answer, contains } = options.expected.elicitation;
  await steps.connected();
  await page.start(tool);
  const form = browser.page.getByRole('dialog');
  await form.getByText(message).waitFor();
  await form.getByRole('textbox', { name: field }).fill(answer);
  await form.getByRole('button', { name: 'Submit', exact: true }).click();
  const [{ text }] = (await page.settle()).content;
  check(text === contains, `answered ${text}`);
  return text;
}

/** The page asks for progress with every call, so there is no call without a token. */
async function cancellation() {
  const { tool, count } = options.expected.cancellation;
  const before = await steps.number(count);
  await page.start(tool);
  await page.alert(/Tool progress\s*0$/).waitFor();
  await page.button('Cancel').click();
  await page.alert('Tool call cancelled').waitFor();
  await steps.reached(count, before + 1);
  return 'with a progress token';
}

async function list_changed() {
  await steps.tool(options.expected.change);
  await page.screen.getByText('List updated').waitFor();
  return 'told';
}
