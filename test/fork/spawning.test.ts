import { describe, expect, it } from 'vitest';
import { logOf, type ModuleKind } from './script.js';

/** Node 24 says when the system call has been made. */
const [NODE_LINE = 0] = process.versions.node.split('.').map(Number);
const SAYS_WHEN_STARTED = NODE_LINE >= 24;
const STARTED = SAYS_WHEN_STARTED
  ? ['before spawn', 'parent spawn', 'returned']
  : ['before spawn', 'returned', 'parent spawn'];
const MODULE_KINDS: readonly ModuleKind[] = ['mjs', 'cjs'];

const CALLS = [
  ['spawn', 'spawn(process.execPath, idle)'],
  ['fork', 'fork(empty)'],
  ['exec', "exec('true')"],
  ['execFile', 'execFile(process.execPath, idle)'],
] as const;
const ROWS = CALLS.flatMap(([name, call]) => MODULE_KINDS.map((kind) => ({ name, call, kind })));
/** The worker of a cluster stays until it is disconnected. */
const FORK_WORKER = `
  setupPrimary({ exec: empty });
  const worker = forkWorker().once('online', () => worker.disconnect())
`;

describe('a child process', () => {
  it.each(ROWS)('is seen as $name of a .$kind starts it', async ({ call, kind }) => {
    const log = await logOf(`atFork(logged()); ${call}; log.push('returned');`, kind);

    expect(log).toEqual(STARTED);
  });

  it.each([
    ['mjs', "import { fork as forkWorker, setupPrimary } from 'node:cluster'"],
    ['cjs', "const { fork: forkWorker, setupPrimary } = require('node:cluster')"],
  ] as const)('is seen as cluster.fork of a .%s starts it', async (kind, imports) => {
    const call = `${imports}; ${FORK_WORKER}`;

    const log = await logOf(`atFork(logged()); ${call}; log.push('returned');`, kind);

    expect(log).toEqual(STARTED);
  });

  it('is started after the hooks have run', async () => {
    const log = await logOf(`
      atFork({ before: () => process.chdir('/') });
      const pwd = spawn(process.execPath, ['-p', 'process.cwd()'], { stdio: ['ignore', 'pipe', 'inherit'] });
      pwd.stdout.setEncoding('utf8').on('data', (text) => log.push(text.trim()));
    `);

    expect(log).toEqual(['/']);
  });

  it.each([
    ['spawn', "spawn('/there/is/none').on('error', ({ code }) => log.push(code))"],
    ['execFile', "execFile('/there/is/none', ({ code }) => log.push(code))"],
  ])('that cannot be started, by %s, has both stages as well', async (_, call) => {
    const log = await logOf(`atFork(logged()); ${call}; log.push('returned');`);

    expect(log).toEqual([...STARTED, 'ENOENT']);
  });

  it.each([
    ['its arguments are wrong', 'try { spawn(1); } catch ({ code }) { log.push(code); }'],
    ['it is waited for', "log.push('ERR_' + spawnSync('true').status)"],
  ])('is not seen when %s', async (_, call) => {
    const log = await logOf(`atFork(logged()); ${call};`);

    expect(log).toEqual([expect.stringMatching(/^ERR_/)]);
  });

  it('has its own pair of stages among many that are started at once', async () => {
    const log = await logOf(`
      let open = 0;
      atFork({ before: () => log.push(++open), parent: () => log.push(--open) });
      for (let index = 0; index < 3; index++) spawn('true');
    `);

    expect(log).toEqual(SAYS_WHEN_STARTED ? [1, 0, 1, 0, 1, 0] : [1, 2, 3, 2, 1, 0]);
  });

  it('that a hook starts runs no hooks', async () => {
    const log = await logOf(`
      const start = ({ stage }) => { spawn('true'); log.push(stage); };
      atFork({ before: start, parent: start });
      spawn('true');
    `);

    expect(log).toEqual(['before', 'parent']);
  });

  it('is seen when the handler of a signal starts it', async () => {
    const log = await logOf(`
      atFork(logged());
      const patience = setInterval(() => undefined, 1_000);
      process.once('SIGUSR2', () => { spawn('true'); log.push('returned'); clearInterval(patience); });
      process.kill(process.pid, 'SIGUSR2');
    `);

    expect(log).toEqual(STARTED);
  });

  it('is started though hooks throw or reject', async () => {
    const log = await logOf(`
      process.on('uncaughtException', () => log.push('uncaught'));
      const fail = () => { throw new Error('no way'); };
      atFork({ before: fail, parent: fail });
      atFork({ before: async () => fail(), parent: async () => fail() });
      atFork(logged());
      const started = spawn('true').on('exit', (code) => log.push(code));
      log.push(typeof started.pid);
    `);

    expect(log).toEqual([...STARTED.map((line) => line.replace('returned', 'number')), 0]);
  });

  it('is still followed by the hooks of the parent if a hook before it was the last to be removed', async () => {
    const log = await logOf(`
      const self = atFork({ before: () => self.remove(), parent: () => log.push('parent') });
      spawn('true');
      spawn('true');
    `);

    expect(log).toEqual(['parent']);
  });

  it('is no fork of its own within withForkHooks, but one in what that leaves for later', async () => {
    const log = await logOf(`
      atFork(logged());
      withForkHooks(async () => {
        spawn('true'); spawn('true'); log.push('fork');
        await null;
        spawn('true'); log.push('returned');
      });
    `);

    expect(log).toEqual(['before manual', 'fork', 'parent manual', ...STARTED]);
  });

  it('that is only constructed has both stages', async () => {
    const log = await logOf(`
      import { ChildProcess } from 'node:child_process';
      atFork(logged());
      new ChildProcess();
    `);

    expect(log).toEqual(['before spawn', 'parent spawn']);
  });
});
