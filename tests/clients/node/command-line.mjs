// What a driver is told on its command line, and what its fixture holds.

import { readFileSync } from 'node:fs';

const table = JSON.parse(readFileSync(new URL('../fixtures.json', import.meta.url), 'utf8'));

/** DRIVER [--era E] [--fixture F] [--steps a,b] (--http URL | --stdio COMMAND ARGUMENTS…) */
export function parse(words) {
  const options = { era: 'modern', fixture: 'conformance' };
  const rest = [...words];
  while (rest.length > 0) {
    const flag = rest.shift();
    if (flag === '--stdio') {
      options.command = rest.splice(0);
    } else if (['--http', '--era', '--fixture', '--steps'].includes(flag) && rest.length > 0) {
      options[flag.slice(2)] = rest.shift();
    } else {
      throw new Error(`what is ${flag}?`);
    }
  }
  return complete(options);
}

function complete(options) {
  const fixture = table.fixtures[options.fixture];
  const version = table.eras[options.era];
  if (!fixture) throw new Error(`there is no fixture ${options.fixture}`);
  if (!version) throw new Error(`there is no era ${options.era}`);
  if (!options.http && !options.command?.length) throw new Error('say --http URL or --stdio COMMAND');
  return {
    ...options,
    version,
    expected: fixture,
    transport: options.http ? 'http' : 'stdio',
    steps: options.steps?.split(',') ?? fixture.steps,
  };
}
