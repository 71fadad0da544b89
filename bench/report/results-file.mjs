// Owns the results of the last run as JSON, with what is needed to judge them: versions and machine.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../dist/results.json', import.meta.url));
const MANIFEST = new URL('../package.json', import.meta.url);

export function writeResults({ results, verdicts }) {
  const { devDependencies: versions } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const content = { date: today(), machine: machine(), versions, results, verdicts };
  writeFileSync(FILE, `${JSON.stringify(content, undefined, 2)}\n`);
  return content;
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

/** `2 × AMD EPYC, Linux 6.18` */
function machine() {
  return `${availableParallelism()} × ${cpus()[0]?.model.trim()}, Linux ${release()}`;
}
