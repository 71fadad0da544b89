import { describe, expect, it } from 'vitest';
import { LEFT_OF } from '../support/left-of.js';
import { ENTRY, logOf, type ModuleKind } from './script.js';

const WATCHED = `['child_process', 'tracing:child_process.spawn:end', 'tracing:child_process.spawn:error']`;
const SUBSCRIBED = `
  const channels = process.getBuiltinModule('node:diagnostics_channel');
  const subscribed = () => ${WATCHED}.filter((name) => channels.hasSubscribers(name)).length;
`;
const MAX_COST_MICROS = 50;

describe('what fork hooks leave in a process', () => {
  it.each<ModuleKind>(['mjs', 'cjs'])('is nothing by the import of a .%s', async (kind) => {
    const log = await logOf(
      `${SUBSCRIBED}
       const ours = (key) => String(key.description).includes('datadog');
       log.push(subscribed(), Object.getOwnPropertySymbols(globalThis).filter(ours).length);`,
      kind,
    );

    expect(log).toEqual([0, 0]);
  });

  it('is a subscription while there is a hook for the parent or before the fork', async () => {
    const log = await logOf(`
      ${SUBSCRIBED}
      const none = () => undefined;
      log.push(subscribed());
      const [child, before, parent] = ['child', 'before', 'parent'].map((stage) => {
        const handle = atFork({ [stage]: none });
        log.push(subscribed());
        return handle;
      });
      for (const handle of [before, child, parent]) { handle.remove(); log.push(subscribed()); }
    `);

    expect(log).toEqual([0, 0, 3, 3, 3, 3, 0]);
  });

  it('is nothing after 10 000 of them were removed, some of them twice', async () => {
    const body = `
      ${SUBSCRIBED}
      ${LEFT_OF}
      const resources = () => process.getActiveResourcesInfo().length;
      const before = resources();
      const refs = [];
      const handles = [];
      for (let index = 0; index < 10_000; index++) {
        const hooks = logged('x');
        refs.push(new WeakRef(hooks.before));
        handles.push(atFork(hooks));
        if (index % 3 > 0) handles.shift().remove();
        if (index % 5 === 0) { handles.at(-1).remove(); handles.at(-1).remove(); }
      }
      for (const { remove } of handles.splice(0)) remove();
      withForkHooks(() => undefined);
      log.push(subscribed(), resources() - before);
      // In a turn of its own: a module that awaits keeps what its last loop held.
      setImmediate(async () => log.push(await leftOf(refs)));
    `;

    expect(await logOf(body, 'mjs', ['--expose-gc'])).toEqual([0, 0, 0]);
  });

  it('is one subscription however many hooks there are, without a warning of a leak', async () => {
    const log = await logOf(`
      ${SUBSCRIBED}
      process.on('warning', ({ name }) => log.push(name));
      let calls = 0;
      for (let index = 0; index < 50; index++) atFork({ parent: () => calls++ });
      spawn('true').on('exit', () => log.push(subscribed(), calls));
    `);

    expect(log).toEqual([3, 50]);
  });

  it('does not keep the process alive', async () => {
    expect(await logOf('atFork(logged());')).toEqual([]);
  });

  it('is one list for all copies of the package', async () => {
    const log = await logOf(`
      const copy = await import('${ENTRY.cjs}');
      atFork(logged('a'));
      const { remove } = copy.atFork(logged('b'));
      spawn('true');
      await null;
      remove();
      copy.withForkHooks(() => copy.afterForkInChild());
    `);

    expect(log).toEqual([
      'b before spawn',
      'a before spawn',
      'a parent spawn',
      'b parent spawn',
      'a before manual',
      'a child manual',
    ]);
  });

  it(`is less than ${MAX_COST_MICROS} µs per child process with ten triplets, and a fraction of its start`, async () => {
    const log = await logOf(`
      const micros = (run) => {
        const start = performance.now();
        run();
        return (performance.now() - start) * 1_000;
      };
      const least = (count, run) => Math.min(...Array.from({ length: count }, () => micros(run)));
      const started = least(10, () => spawn('true'));
      const construct = process.getBuiltinModule('node:diagnostics_channel').channel('child_process');
      const none = () => undefined;
      for (let index = 0; index < 10; index++) atFork({ before: none, parent: none, child: none });
      const ends = [];
      globalThis.queueMicrotask = (end) => ends.push(end); // so that the second half is measured, too
      const hooks = least(2_000, () => {
        construct.publish({ process: {} });
        ends.pop()();
      });
      log.push(started, hooks);
    `);
    const [started, hooks] = log.map(Number);

    // The least of them: whatever else the machine does can only add to it.
    expect(hooks).toBeLessThan(MAX_COST_MICROS);
    expect(hooks).toBeLessThan((started ?? 0) / 10);
  });
});
