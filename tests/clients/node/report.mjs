// Runs the steps one after another and prints what came of them as one line of JSON.

import { createInterface } from 'node:readline';

const STEP_LIMIT_MS = 30_000;

/** A step that this client has no way to do. */
export class NotApplicable extends Error {}

/** A step that this client has no way to do, and why. */
export function unable(reason) {
  return async () => {
    throw new NotApplicable(reason);
  };
}

/** Throws unless the condition holds. */
export function check(condition, complaint) {
  if (!condition) throw new Error(complaint);
}

/** The text of a tool's answer. */
export function text(result) {
  const blocks = result.content ?? [];
  return blocks.filter((block) => block.type === 'text').map((block) => block.text).join('\n');
}

/**
 * Runs the wanted steps of `work`, prints the line, and returns whether none failed. A step returns its
 * detail, or `{ detail, mark }` to be marked otherwise than with "ok".
 */
export async function report(client, version, options, work) {
  const steps = {};
  for (const name of options.steps) {
    steps[name] = await outcome(work[name]);
  }
  const { transport, fixture, era } = options;
  process.stdout.write(`${JSON.stringify({ client, version, transport, fixture, era, steps })}\n`);
  return Object.values(steps).every((step) => step.ok !== false);
}

/** Has the server ended and started anew by whoever runs this driver. */
export async function restart() {
  const lines = createInterface({ input: process.stdin });
  const answered = new Promise((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve('nobody answers'));
  });
  process.stdout.write('restart\n');
  const answer = await answered;
  lines.close();
  check(answer === 'restarted', `asked for a restart: ${answer}`);
}

/** Waits for a promise, but not for ever. */
export async function within(limit_ms, promise, complaint) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${limit_ms} ms`)), limit_ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function outcome(step) {
  if (!step) return { ok: null, detail: 'this client has no such step' };
  try {
    const came = await within(STEP_LIMIT_MS, step(), 'no end');
    return { ok: true, ...(typeof came === 'string' ? { detail: came } : came) };
  } catch (error) {
    const ok = error instanceof NotApplicable ? null : false;
    return { ok, detail: error?.message ?? String(error) };
  }
}
