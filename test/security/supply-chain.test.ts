import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import lockfile from '../../package-lock.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };

/** What npm runs of a package that comes from a registry. */
const INSTALL_SCRIPT = /^(?:pre|post)?install$/;
const REGISTRY = 'https://registry.npmjs.org/';

type Manifest = Readonly<Record<string, unknown>>;

function manifestOf(name: string): Manifest {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return isManifest(manifest) ? manifest : {};
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null;
}

function namesIn(value: unknown): readonly string[] {
  return isManifest(value) ? Object.keys(value) : [];
}

function startsWith(value: unknown, start: string): boolean {
  return typeof value === 'string' && value.startsWith(start);
}

describe('what a user installs', () => {
  const manifests: readonly (readonly [string, Manifest])[] = [
    ['this package', packageJson],
    ...Object.keys(packageJson.dependencies).map((name) => [name, manifestOf(name)] as const),
  ];

  it.each(manifests)('runs nothing while it is installed: %s', (_name, manifest) => {
    expect(namesIn(manifest['scripts']).filter((name) => INSTALL_SCRIPT.test(name))).toEqual([]);
    expect(manifest).not.toHaveProperty('gypfile');
  });

  it.each(manifests.slice(1))('brings nothing else with it: %s', (_name, manifest) => {
    expect(manifest['version']).toMatch(/^\d/);
    expect(namesIn(manifest['dependencies'])).toEqual([]);
    expect(namesIn(manifest['optionalDependencies'])).toEqual([]);
  });
});

describe('the lockfile', () => {
  const locked: readonly (readonly [string, Manifest])[] = Object.entries(lockfile.packages).filter(
    ([path]) => path !== '',
  );

  it('names for each package what it hashes to, and no source but the registry', () => {
    const loose = locked.filter(([, { resolved = REGISTRY, integrity }]) => {
      return !startsWith(resolved, REGISTRY) || !startsWith(integrity, 'sha512-');
    });

    expect(loose.map(([path]) => path)).toEqual([]);
    expect(locked.length).toBeGreaterThan(100);
  });
});
