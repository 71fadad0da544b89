// Owns where the Node of an npm package `node` is.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @returns its path, or `undefined`. Where install scripts are held back, it stays in a nested package. */
export function nodeBinaryBelow(directory) {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .find((path) => path.endsWith('/bin/node'));
}
