import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import type { DatadogSpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';

const PARENT = 'OTEL_EXPORTER_DATADOG_PARENT_RUNTIME_ID';
const ROOT = 'OTEL_EXPORTER_DATADOG_ROOT_RUNTIME_ID';
const GIVEN_PARENT = '11111111-2222-4333-8444-555555555555';
const GIVEN_ROOT = '66666666-7777-4888-8999-aaaaaaaaaaaa';
const HERE = 'http://127.0.0.1:1';

const warnings = captureDiag();

function environment(): readonly (string | undefined)[] {
  return [process.env[PARENT], process.env[ROOT]];
}

function inherit(parent: string, root: string): void {
  process.env[PARENT] = parent;
  process.env[ROOT] = root;
}

function forget(): void {
  delete process.env[PARENT];
  delete process.env[ROOT];
}

beforeEach(() => {
  forget();
  afterForkInChild(); // each test is a process of its own
});
afterEach(forget);

/** What the spans of an exporter say: the id of the process, of its parent, and of the root. */
async function idsOf(
  makeExporter: (url: string) => DatadogSpanExporter,
): Promise<readonly (string | undefined)[]> {
  const agent = await openScriptedAgent();
  await exportSpans(makeExporter(agent.url), [makeSpan()]);
  const { meta = {} } = agent.spans[0] ?? {};
  return [meta['runtime-id'], meta['parent-runtime-id'], meta['root-runtime-id']];
}

describe('an exporter with propagateLineage', () => {
  it('leaves its runtime id in the environment from its construction to the end of its shutdown', async () => {
    let exporter: DatadogSpanExporter | undefined;
    const [id, ...ancestors] = await idsOf((url) => {
      exporter = openExporter({ url, propagateLineage: true });
      return exporter;
    });

    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(ancestors).toEqual([undefined, undefined]);
    expect(environment()).toEqual([id, id]);
    await exporter?.shutdown();
    expect(Object.keys(process.env)).not.toContain(PARENT);
    expect(Object.keys(process.env)).not.toContain(ROOT);
  });

  it('names its ancestors, hands the root on, and restores what it found', async () => {
    inherit(GIVEN_PARENT, GIVEN_ROOT);
    let exporter: DatadogSpanExporter | undefined;
    const [id, ...ancestors] = await idsOf((url) => {
      exporter = openExporter({ url, propagateLineage: true });
      return exporter;
    });

    expect(ancestors).toEqual([GIVEN_PARENT, GIVEN_ROOT]);
    expect(environment()).toEqual([id, GIVEN_ROOT]);
    await exporter?.shutdown();
    expect(environment()).toEqual([GIVEN_PARENT, GIVEN_ROOT]);
  });

  it('shares that with others of the process: the last to end puts it back', async () => {
    const first = openExporter({ url: HERE, propagateLineage: true });
    const second = openExporter({ url: HERE, propagateLineage: true });
    const [id] = environment();

    await first.shutdown();
    expect(environment()).toEqual([id, id]);
    await second.shutdown();
    expect(environment()).toEqual([undefined, undefined]);
    openExporter({ url: HERE, propagateLineage: true });
    expect(environment()).toEqual([id, id]);
  });

  it('shares it with another copy of the package, too', async () => {
    vi.resetModules();
    const copy = await import('../../src/index.js');
    const first = openExporter({ url: HERE, propagateLineage: true });
    const second = new copy.DatadogSpanExporter({ url: HERE, propagateLineage: true });
    const [id] = environment();

    await first.shutdown();
    expect(environment()).toEqual([id, id]);
    await second.shutdown();
    expect(environment()).toEqual([undefined, undefined]);
  });

  it.each([true, false])(
    'is no parent of another in its process (with the option %s)',
    async (on) => {
      openExporter({ url: HERE, propagateLineage: true });
      const [id] = environment();

      expect(await idsOf((url) => openExporter({ url, propagateLineage: on }))).toEqual([
        id,
        undefined,
        undefined,
      ]);
    },
  );

  it('puts the environment back when its signal ends it', async () => {
    const life = new AbortController();
    const exporter = openExporter({ url: HERE, propagateLineage: true, signal: life.signal });
    void exportSpans(exporter, [makeSpan()]);

    life.abort();

    await until('the exporter has stopped', () => process.env[PARENT] === undefined);
    expect(environment()).toEqual([undefined, undefined]);
  });

  it('writes to the environment that the application has put in the place of the old one', async () => {
    const old = process.env;
    await openExporter({ url: HERE, propagateLineage: true }).shutdown();
    try {
      process.env = { ...old };
      openExporter({ url: HERE, propagateLineage: true });

      expect(environment()).not.toContain(undefined);
      expect(old).not.toHaveProperty(PARENT);
    } finally {
      process.env = old;
    }
  });
});

describe('a clone of a process with propagateLineage', () => {
  it('has the original for its parent, and names itself to its children', async () => {
    let exporter: DatadogSpanExporter | undefined;
    const [original] = await idsOf((url) => {
      exporter = openExporter({ url, propagateLineage: true });
      return exporter;
    });

    afterForkInChild();
    const [clone] = environment();
    expect(await idsOf((url) => openExporter({ url }))).toEqual([clone, original, original]);
    expect(clone).not.toBe(original);
    expect(environment()).toEqual([clone, original]);

    afterForkInChild();
    const [cloneOfClone] = environment();
    expect(await idsOf((url) => openExporter({ url }))).toEqual([cloneOfClone, clone, original]);
    await exporter?.shutdown();
  });

  it('that was made during a shutdown is left with the environment of the original', async () => {
    const exporter = openExporter({ url: HERE, propagateLineage: true });
    const original = environment();
    const ending = exporter.shutdown();

    afterForkInChild();
    const [clone] = environment();
    await ending;

    expect(clone).not.toBe(original[0]);
    await until('the clone has ended, too', () => process.env[PARENT] !== clone);
    expect(environment()).toEqual(original);
  });
});

describe('an exporter without propagateLineage', () => {
  it('neither has lineage nor leaves any', async () => {
    const keys = Object.keys(process.env);

    const [, ...ancestors] = await idsOf((url) => openExporter({ url }));

    expect(ancestors).toEqual([undefined, undefined]);
    expect(Object.keys(process.env)).toEqual(keys);
    afterForkInChild();
    expect(Object.keys(process.env)).toEqual(keys);
    expect((await idsOf((url) => openExporter({ url }))).slice(1)).toEqual([undefined, undefined]);
  });

  it('names the ancestors that it is told of, and leaves the environment alone', async () => {
    inherit(GIVEN_PARENT, GIVEN_ROOT);

    const [, ...ancestors] = await idsOf((url) => openExporter({ url }));

    expect(ancestors).toEqual([GIVEN_PARENT, GIVEN_ROOT]);
    expect(environment()).toEqual([GIVEN_PARENT, GIVEN_ROOT]);
  });

  it('warns once of ancestors that are none', async () => {
    inherit(GIVEN_PARENT, 'nobody');

    const [, ...ancestors] = await idsOf((url) => openExporter({ url }));

    expect(ancestors).toEqual([undefined, undefined]);
    expect(warnings).toEqual([expect.stringContaining(`${PARENT} and ${ROOT} are ignored`)]);
  });
});

describe('an exporter that cannot be made', () => {
  it('leaves the environment alone', () => {
    expect(() => openExporter({ url: 'ftp://x', propagateLineage: true })).toThrow(RangeError);

    expect(environment()).toEqual([undefined, undefined]);
  });
});
