// Runs the steps one after another and prints what came of them as one line of JSON.

const STEP_LIMIT_MS = 30_000;

/** A step that this client has no way to do. */
export class NotApplicable extends Error {}

/** Throws unless the condition holds. */
export function check(condition, complaint) {
  if (!condition) throw new Error(complaint);
}

/** The text of a tool's answer. */
export function text(result) {
  const blocks = result.content ?? [];
  return blocks.filter((block) => block.type === 'text').map((block) => block.text).join('\n');
}

/** Runs the wanted steps of `work`, prints the line, and returns whether none failed. */
export async function report(client, version, options, work) {
  const steps = {};
  for (const name of options.steps) {
    steps[name] = await outcome(work[name]);
  }
  const { transport, fixture, era } = options;
  process.stdout.write(`${JSON.stringify({ client, version, transport, fixture, era, steps })}\n`);
  return Object.values(steps).every((step) => step.ok !== false);
}

async function outcome(step) {
  if (!step) return { ok: null, detail: 'this client has no such step' };
  try {
    return { ok: true, detail: await withLimit(step()) };
  } catch (error) {
    const ok = error instanceof NotApplicable ? null : false;
    return { ok, detail: error?.message ?? String(error) };
  }
}

async function withLimit(promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${STEP_LIMIT_MS} ms`)), STEP_LIMIT_MS);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
