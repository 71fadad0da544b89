// Owns the agreement of package.json with the source and with the build.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import lockfile from '../../package-lock.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };
import { PACKAGE_VERSION } from '../../src/version.js';
import { checkBuild, DIST, REPOSITORY } from './built-package.js';

describe('package.json', () => {
  it('has the version that requests carry', () => {
    expect(PACKAGE_VERSION).toBe(packageJson.version);
  });

  it('has a lockfile that is whole on every platform, as newer npm demands', () => {
    const packages: [path: string, entry: object][] = Object.entries(lockfile.packages);
    const locked = new Set(packages.map(([path]) => path.replace(/^.*node_modules\//, '')));
    const missing = packages
      .flatMap(([, entry]) => ('optionalDependencies' in entry ? entry.optionalDependencies : []))
      .flatMap((names) => Object.keys(names ?? {}))
      .filter((name) => !locked.has(name));

    expect(missing).toEqual([]);
    expect(locked.size).toBeGreaterThan(100);
  });

  it('points to files that a build makes, within what is published', () => {
    checkBuild();
    const paths = [
      ...relativePaths(packageJson.exports),
      packageJson.main,
      packageJson.module,
      packageJson.types,
    ];

    expect(paths.length).toBeGreaterThanOrEqual(16);
    expect(paths.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
    expect(paths.filter((path) => !isPublished(path))).toEqual([]);
  });

  it('has constants that V8 may take for such, as ES modules and as CommonJS', () => {
    checkBuild();
    for (const name of ['index.js', 'index.cjs']) {
      const code = readFileSync(join(DIST, name), 'utf8');
      expect(code.match(/^const [A-Z0-9_]+ = .*$/gmu)).toContain('const MAX_ASCII = 127;');
      expect(code.match(/^(?:var|let) [A-Z0-9_]+ = .*$/gmu)).toBeNull();
    }
  });

  it('gives each entry types of its own kind, before the JavaScript', () => {
    const { './package.json': manifest, ...entries } = packageJson.exports;

    expect(manifest).toBe('./package.json');
    for (const { import: esm, require: commonJs } of Object.values(entries)) {
      expect(Object.keys(esm)).toEqual(['types', 'default']);
      expect(Object.keys(commonJs)).toEqual(['types', 'default']);
      expect(esm.types).toBe(esm.default.replace(/\.js$/u, '.d.ts'));
      expect(commonJs.types).toBe(commonJs.default.replace(/\.cjs$/u, '.d.cts'));
    }
  });

  it('admits the lines of Node that are supported, and constrains nothing of the SDK', () => {
    expect(packageJson.engines.node).toBe('^20.19.0 || >=22.12.0');
    // A range over both lines of the SDK, even of an optional peer, ends `npm install` on Node 24 with ERESOLVE.
    expect(Object.keys(packageJson.peerDependencies)).toEqual(['@opentelemetry/api']);
    expect(Object.keys(packageJson.dependencies)).toEqual(['@msgpack/msgpack', 'undici']);
  });
});

function relativePaths(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(relativePaths);
}

function isPublished(path: string): boolean {
  const relative = join(path);
  return relative === 'package.json' || packageJson.files.some((name) => relative.startsWith(name));
}
