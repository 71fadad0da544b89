import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
/** The real `setTimeout` as a promise. */
const SLEEPING = /import \{[^}]*\bsetTimeout\b[^}]*\} from 'node:timers\/promises'/;

interface Arrow {
  readonly from: string;
  /** A path below src without its ending, or the name of a package. */
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted();

const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

const arrows: readonly Arrow[] = [...sources].flatMap(([file, source]) => {
  const literals = source.matchAll(/(?:\bfrom|\bimport\(?(?:\s*\/\*.*?\*\/)?)\s*'([^']+)'/g);
  return [...literals].map(([, name = '']) => ({
    from: file.replace(/\.ts$/, ''),
    to: name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.js$/, '') : name,
  }));
});

/** From the public names down to what knows nobody. An arrow may go down or stay, never up. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^index$/],
  [/^(batch-processor|fork-safe-processor)$/],
  [/^flush\/exporter-drain$/, /^processor\/inner-processor$/],
  [/^(exporter|exit|fork|serverless)$/],
  [/^exporter\/exporter-lives$/],
  [/^exporter\/exporter-life$/],
  [
    /^exit\/exit-registry$/,
    /^exporter\/(export-tasks|intakes|span-intake)$/,
    /^flush\/flush-waits$/,
  ],
  [/^exit\/exit-(flush|pm2)$/],
  [/^exit\/exit-target$/],
  [
    /^exporter\/shared-parts$/,
    /^flush\/(drain-options|grace|invocation)$/,
    /^processor\/generation-exporter$/,
  ],
  [/^exporter\/exit-delivery$/],
  [/^exporter\/export-task$/, /^options$/],
  [/^exporter\/batch-encoding$/],
  [/^exporter\/(export-source|declined-export)$/],
  [/^exporter\/deliveries$/],
  [
    /^configuration\/(credentials|environment)$/,
    /^exporter\/(dropped-spans|export-failure|pending-resources|resource-waits)$/,
    /^flush\/(drain|flush-failure|flush-target)$/,
  ],
  [/^payload\//, /^transport\//],
  [/^configuration\/unknown-options$/, /^fork\/fork-registry$/],
  [
    /^(agent-target|diagnostics|ledger|sample-rates)$/,
    /^configuration\/container-identity$/,
    /^exit\/exit-(departure|policy|signals)$/,
    /^exporter\/(encoding-turns|exporter-metrics|inherited-export|pending-bytes|tracing-suppression)$/,
    /^flush\/deferrals$/,
    /^fork\/(cluster-worker|fork-hooks|generation|lineage|process-identity|snapshot-callbacks|spawn-channels)$/,
  ],
  [
    /^(cancellation|errors|sdk-contract|version)$/,
    /^configuration\/(certificates|option-checks|quotes)$/,
    /^flush\/exit-deliverer$/,
    /^processor\/sampled-spans$/,
  ],
  [/^lang\//],
];

function layerOf(module: string): number {
  return LAYERS.findIndex((layer) => layer.some((pattern) => pattern.test(module)));
}

function isLocal(module: string): boolean {
  return sources.has(`${module}.ts`);
}

function folderOf(module: string): string {
  return module.includes('/') ? dirname(module) : '';
}

describe('the source tree', () => {
  it('has no file outside the layers but the development Agent', () => {
    const homeless = files
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((module) => !module.startsWith('dev-agent/') && layerOf(module) < 0);

    expect(homeless).toEqual([]);
  });

  it('imports downwards only', () => {
    const upwards = arrows.filter(
      ({ from, to }) => isLocal(to) && layerOf(from) > layerOf(to) && layerOf(to) >= 0,
    );

    expect(upwards).toEqual([]);
  });

  it('has folders that know each other in one direction only', () => {
    const knows = new Map<string, Set<string>>();
    for (const { from, to } of arrows) {
      const [folder, other] = [folderOf(from), folderOf(to)];
      if (!isLocal(to) || folder === '' || other === '' || folder === other) continue;
      knows.set(folder, (knows.get(folder) ?? new Set()).add(other));
    }
    expect(knows.size).toBeGreaterThan(5);
    const isLeaf = (folder: string): boolean =>
      [...(knows.get(folder) ?? [])].every((other) => !knows.has(other));
    for (let leaf; (leaf = [...knows.keys()].find(isLeaf)) !== undefined;) knows.delete(leaf);

    expect([...knows.keys()]).toEqual([]);
  });

  it('keeps payload and transport apart', () => {
    const crossing = arrows.filter(({ from, to }) => {
      const ends = new Set([folderOf(from), folderOf(to)]);
      return ends.has('payload') && ends.has('transport');
    });

    expect(crossing).toEqual([]);
  });

  it('keeps the development Agent to itself, in both directions', () => {
    const crossing = arrows.filter(
      ({ from, to }) =>
        isLocal(to) && from.startsWith('dev-agent/') !== to.startsWith('dev-agent/'),
    );

    expect(crossing).toEqual([]);
  });

  it('depends on the packages that it declares, each in its place', () => {
    const allowed: Readonly<Record<string, RegExp>> = {
      undici: /^transport\/(agent-connection|load-undici|wire)$/,
      '@msgpack/msgpack': /^dev-agent\//,
      '@opentelemetry/api': /./,
    };
    const strays = arrows.filter(({ from, to }) => {
      if (isLocal(to) || to.startsWith('node:')) return false;
      return allowed[to]?.test(from) !== true;
    });

    expect(strays).toEqual([]);
  });

  it.each([
    ['process.env', /\bprocess\.env\b/, /^options\.ts$/],
    ['setTimeout and setInterval', /\bset(Timeout|Interval)\(/, /^(lang|dev-agent)\//],
    ['Date.now', /\bDate\.now\(/, /^(lang\/clock\.ts$|dev-agent\/)/],
    ['AbortSignal.any', /AbortSignal\.any\(/, /^$/],
    ['crypto.randomUUID', /randomUUID\(/, /^fork\/process-identity\.ts$/],
  ])('uses %s nowhere else', (_name, pattern, allowed) => {
    const users = [...sources].filter(([, source]) => pattern.test(source)).map(([file]) => file);

    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('resolves every local import, so that no arrow is overlooked', () => {
    const unresolved = arrows.filter(({ from, to }) => {
      const isRelative = !to.startsWith('node:') && !to.startsWith('@') && to !== 'undici';
      return isRelative && !isLocal(to) && from !== to;
    });

    expect(unresolved).toEqual([]);
    expect(arrows.length).toBeGreaterThan(100);
  });
});

it('imports a sleep in tests only where that is the fault which is played', () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const sleepers = tests
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => SLEEPING.test(readFileSync(join(import.meta.dirname, file), 'utf8')));

  expect(sleepers.toSorted()).toEqual(['freeze/freezing.ts', 'support/fault-steps.ts']);
});
