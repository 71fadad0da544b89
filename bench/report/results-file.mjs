// Owns the results as JSON, with what is needed to judge them: versions, machine and date. Those of the last
// run are in dist; those that the documentation shows are in docs/performance.json.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAST_RUN = pathOf('../dist/results.json');
/** Where the documentation is. */
export const DOCS = pathOf('../../docs');
const MANIFEST = pathOf('../package.json');
const OWN_LOCKFILE = pathOf('../../package-lock.json');

export function writeLastRun(run) {
  write(LAST_RUN, { ...circumstances(), ...run });
}

/** Of all suites, as what is published has one date, one machine and one set of versions. */
export function publish(run) {
  write(publishedIn(DOCS), { ...circumstances(), ...run });
}

/** The results that `directory` has. */
export function readPublished(directory) {
  return JSON.parse(readFileSync(publishedIn(directory), 'utf8'));
}

function publishedIn(directory) {
  return join(directory, 'performance.json');
}

function circumstances() {
  const { devDependencies: peers } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const versions = { ...peers, undici: ownUndici() };
  return { date: new Date().toISOString().slice(0, 10), machine: machine(), versions };
}

/** The version that we send through, and that the rows named after it measure. */
function ownUndici() {
  return JSON.parse(readFileSync(OWN_LOCKFILE, 'utf8')).packages['node_modules/undici'].version;
}

function machine() {
  return `${availableParallelism()} × ${cpus()[0]?.model.trim()}, Linux ${release()}`;
}

function pathOf(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function write(file, content) {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
