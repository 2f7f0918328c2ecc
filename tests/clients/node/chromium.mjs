// A browser without a window, and what it complains about.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { check } from './report.mjs';

const SETTINGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One page of a fresh browser. */
export class Browser {
  /** `CHROMIUM` may name another program than Debian's. */
  static async start() {
    const browser = new Browser();
    browser.profile = mkdtempSync(path.join(tmpdir(), 'chromium-'));
    browser.context = await chromium.launchPersistentContext(browser.profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: SETTINGS,
      headless: true,
    });
    [browser.page] = browser.context.pages();
    browser.complaints = [];
    browser.page.on('console', (message) => {
      process.stderr.write(`console ${message.type()}: ${message.text()}\n`);
      if (/\bCORS\b|Access-Control/i.test(message.text())) browser.complaints.push(message.text());
    });
    browser.page.on('pageerror', (error) => process.stderr.write(`page: ${error.stack}\n`));
    return browser;
  }

  /** A step that fails if the browser kept something from the page while it ran. */
  watch(step) {
    return async () => {
      this.complaints.length = 0;
      const came = await step().catch((error) => {
        check(this.complaints.length === 0, `${error.message}; ${this.complaints.join('; ')}`);
        throw error;
      });
      check(this.complaints.length === 0, this.complaints.join('; '));
      return came;
    };
  }

  async close() {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
