// Prints what a revision of the protocol asks of a server, as the conformance suite has it:
// node scenarios.mjs REVISION

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const suite = new URL('./node_modules/@modelcontextprotocol/conformance/', import.meta.url);
const [revision] = process.argv.slice(2);
const requirements = parse(readFileSync(new URL(`requirements/${revision}.yaml`, suite), 'utf8'));
const { version } = JSON.parse(readFileSync(new URL('package.json', suite), 'utf8'));
const others = requirements.not_scored.filter((entry) => entry.leg === 'server');
const line = {
  suite: version,
  scored: requirements.server,
  not_scored: others.map(({ scenario, reason }) => ({ scenario, reason })),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
