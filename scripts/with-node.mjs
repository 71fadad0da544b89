// Runs a command under another Node line, whose binary comes from the npm registry:
//
//   node scripts/with-node.mjs 24 npx vitest run

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { nodeBinaryBelow } from './node-binary.mjs';

const [version, command, ...args] = process.argv.slice(2);
if (version === undefined || command === undefined) {
  console.error('usage: node scripts/with-node.mjs VERSION COMMAND [ARGUMENT ...]');
  process.exit(2);
}

const directory = resolve('.tmp', `node-${version}`);
const binary = nodeBinaryBelow(directory) ?? install(directory);
const env = { ...process.env, PATH: dirname(binary) + delimiter + process.env.PATH };
const found = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
console.log(`with Node ${found}: ${[command, ...args].join(' ')}`);
const { status, error } = spawnSync(command, args, { env, stdio: 'inherit' });
if (error !== undefined) throw error;
process.exitCode = status ?? 1; // null after a signal

function install(into) {
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', `node@${version}`], {
    cwd: into,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const installed = nodeBinaryBelow(into);
  if (installed === undefined) throw new Error(`node@${version} installed no binary in ${into}`);
  return installed;
}
