import { describe, expect, it } from 'vitest';
import { logOf, type ModuleKind } from './script.js';

const IMPORT_CLUSTER: Readonly<Record<ModuleKind, string>> = {
  mjs: "import cluster from 'node:cluster'; const self = import.meta.filename;",
  cjs: "const cluster = require('node:cluster'); const self = __filename;",
};

/** The log of what runs in one worker; its primary has a hook as well. */
function logOfWorker(body: string, kind: ModuleKind = 'mjs'): Promise<unknown> {
  return logOf(
    `
    ${IMPORT_CLUSTER[kind]}
    if (cluster.isPrimary) {
      atFork({ child: () => log.push('child of the primary') });
      cluster.setupPrimary({ exec: self });
      cluster.fork().on('message', (lines) => log.push(...lines));
    } else {
      process.removeAllListeners('exit');
      ${body}
      setImmediate(() => process.send(log, () => process.disconnect()));
    }`,
    kind,
  );
}

describe.each<ModuleKind>(['mjs', 'cjs'])('in a cluster worker of a .%s', (kind) => {
  it('the hooks of the child run once each, in the microtask after their registration', async () => {
    const log = await logOfWorker(
      `atFork(logged('a')); atFork(logged('b'));
       log.push('registered');
       queueMicrotask(() => {
         log.push('microtask');
         atFork(logged('c'));
         withForkHooks(() => log.push('fork'));
       });`,
      kind,
    );

    expect(log).toEqual([
      'registered',
      'a child worker',
      'b child worker',
      'microtask',
      'c before manual',
      'b before manual',
      'a before manual',
      'fork',
      'a parent manual',
      'b parent manual',
      'c parent manual',
      'c child worker',
    ]);
  });
});

describe('in a cluster worker', () => {
  it('a hook that was removed at once does not run, and one that fails stops nothing', async () => {
    const body = `
      atFork(logged('removed')).remove();
      atFork({ child: () => { throw new Error('no way'); } });
      atFork(logged('a'));
    `;

    expect(await logOfWorker(body)).toEqual(['a child worker']);
  });
});

describe('in a process with a channel to its parent that is no cluster worker', () => {
  it('no hook of the child runs', async () => {
    const log = await logOf(`
      if (process.send === undefined) {
        fork(import.meta.filename).on('message', (lines) => log.push(...lines));
      } else {
        process.removeAllListeners('exit');
        atFork(logged());
        setImmediate(() => { process.send([...log, 'nothing'], () => process.disconnect()); });
      }
    `);

    expect(log).toEqual(['nothing']);
  });
});
