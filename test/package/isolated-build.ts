// Owns a copy of the build among dependencies that are traps: an empty undici and @msgpack/msgpack
// that note when they are evaluated. So a process can show what an import loads, however it loads it.

import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { checkBuild, DIST, REPOSITORY } from './built-package.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

const PROBES = ['import-probe.mjs', 'import-probe.cjs', 'import-observer.cjs'];

/** @throws Error without a current build. */
export async function isolateBuild(): Promise<TemporaryDirectory> {
  checkBuild();
  const directory = await temporaryDirectory();
  const modules = join(directory.path, 'node_modules');
  const own = join(modules, packageJson.name);
  await cp(DIST, join(own, 'dist'), { recursive: true });
  await cp(join(REPOSITORY, 'package.json'), join(own, 'package.json'));
  await Promise.all(Object.keys(packageJson.dependencies).map((name) => setTrap(modules, name)));
  const api = join('@opentelemetry', 'api');
  await mkdir(join(modules, dirname(api)));
  await symlink(join(REPOSITORY, 'node_modules', api), join(modules, api));
  for (const probe of PROBES) {
    await cp(join(import.meta.dirname, probe), join(directory.path, probe));
  }
  return directory;
}

async function setTrap(modules: string, name: string): Promise<void> {
  const directory = join(modules, name);
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'index.js'),
    `globalThis.evaluated.push(${JSON.stringify(name)});\n`,
  );
}
