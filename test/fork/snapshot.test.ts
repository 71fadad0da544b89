import { describe, expect, it } from 'vitest';
import { buildSnapshot } from './snapshot.js';

/** Leaves the time of its expiry in the heap; without healing, a later timer never fires. */
const STALE_TIMER = 'setTimeout(() => undefined, 200).unref();';
/** Due after the stale one, counted from the start of either process, however slow the build was. */
const LATER_MILLIS = 3_000;
const SAY = (value: string): string => `console.log(JSON.stringify(${value}))`;

function printed(stdout: string): unknown {
  return { ended: 0, stdout, stderr: '' };
}

describe('G10: a startup snapshot', () => {
  it('runs the hooks before it is written, and those of the child in each process it starts', async () => {
    const snapshot = await buildSnapshot(`
      atFork(logged('a')); atFork(logged('b'));
      main(() => { log.push('main'); ${SAY('log')}; });
    `);

    const stdout = `${JSON.stringify([
      'b before snapshot',
      'a before snapshot',
      'a child snapshot',
      'b child snapshot',
      'main',
    ])}\n`;
    expect(await snapshot.restore()).toEqual(printed(stdout));
    expect(await snapshot.restore()).toEqual(printed(stdout));
  });

  it('has begun a new generation when the hooks of the child run, also without any', async () => {
    const snapshot = await buildSnapshot(`
      atFork({ child: () => log.push(generation()) });
      atFork({ before: () => log.push(generation()) }).remove();
      main(() => { log.push(generation()); ${SAY('log')}; });
    `);

    expect(await snapshot.restore()).toEqual(printed('[2,2]\n'));
  });

  it.each([
    ['fire once there were hooks', 'atFork(logged("a")).remove();', 'fired\n'],
    ['would never fire without them: the control', '', ''],
  ])('in whose processes timers %s', async (_, register, stdout) => {
    const snapshot = await buildSnapshot(`
      ${STALE_TIMER}
      ${register}
      main(() => { setTimeout(() => console.log('fired'), ${LATER_MILLIS}); });
    `);

    expect(await snapshot.restore()).toEqual(printed(stdout));
  });

  it('is written though hooks throw, and so do the processes that it starts go on', async () => {
    const snapshot = await buildSnapshot(`
      const fail = () => { throw new Error('no way'); };
      atFork({ before: fail, child: fail }); atFork(logged('a'));
      main(() => ${SAY('log')});
    `);

    expect(await snapshot.restore()).toEqual(printed('["a before snapshot","a child snapshot"]\n'));
  });

  it('takes along what is registered while it is written', async () => {
    const snapshot = await buildSnapshot(`
      atFork(logged('a'));
      startupSnapshot.addSerializeCallback(() => atFork(logged('late')));
      main(() => ${SAY('log')});
    `);

    expect(await snapshot.restore()).toEqual(
      printed('["a before snapshot","a child snapshot","late child snapshot"]\n'),
    );
  });

  it('keeps its hooks for what the processes start, where others come and go as in any', async () => {
    const snapshot = await buildSnapshot(`
      const { remove } = atFork({ before: ({ trigger }) => log.push(trigger) });
      main(() => {
        spawn('true');
        remove();
        atFork({ before: () => log.push('new'), child: () => log.push('too late') });
        spawn('true');
        setImmediate(() => ${SAY('log')});
      });
    `);

    expect(await snapshot.restore()).toEqual(printed('["snapshot","spawn","new"]\n'));
  });
});
