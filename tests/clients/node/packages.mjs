// Where the installed packages are, and their versions.

import { readFileSync } from 'node:fs';

const HERE = new URL('./node_modules/', import.meta.url);

/** A package's directory, as a URL that ends with a slash. */
export function placeOf(name) {
  return new URL(`${name}/`, HERE);
}

/** What a package says of itself. */
export function manifestOf(name) {
  return JSON.parse(readFileSync(new URL('package.json', placeOf(name)), 'utf8'));
}

/** A package's version. */
export function versionOf(name) {
  return manifestOf(name).version;
}
