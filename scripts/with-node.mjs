// Runs a command under another Node line, whose binary comes from the npm registry:
//
//   node scripts/with-node.mjs 24 npx vitest run

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

const [version, command, ...args] = process.argv.slice(2);
if (version === undefined || command === undefined) {
  console.error('usage: node scripts/with-node.mjs VERSION COMMAND [ARGUMENT ...]');
  process.exit(2);
}

const directory = resolve('.tmp', `node-${version}`);
const binary = findBinary(directory) ?? install(directory);
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
  const installed = findBinary(into);
  if (installed === undefined) throw new Error(`node@${version} installed no binary in ${into}`);
  return installed;
}

/** Where install scripts are held back, the binary stays in a nested package. */
function findBinary(below) {
  if (!existsSync(below)) return undefined;
  const files = readdirSync(below, { recursive: true, withFileTypes: true });
  const match = files.find(
    (file) => file.isFile() && join(file.parentPath, file.name).endsWith('/bin/node'),
  );
  return match && join(match.parentPath, match.name);
}
