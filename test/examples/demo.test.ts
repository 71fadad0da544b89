import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { type NodeRun, runNode } from '../support/child-process.js';

const DEMO = join(EXAMPLES, 'demo', 'main.mjs');

describe('the demo', () => {
  it('delivers every span of both workers over TCP', async () => {
    const run = await runNode([DEMO]);

    expect(run).toMatchObject({ ended: 0, stderr: '' });
    expect(run.stdout).toContain('Agent: http://127.0.0.1:');
    expect(verdictOf(run)).toEqual(SUCCESS);
  });

  it('delivers every span of both workers over a Unix socket', async () => {
    const run = await runNode([DEMO, '--socket']);

    expect(run).toMatchObject({ ended: 0, stderr: '' });
    expect(run.stdout).toContain('Agent: unix:///');
    expect(verdictOf(run)).toEqual(SUCCESS);
  });

  it('shows the traces of different kinds, with the error, on one plain screen', async () => {
    const { stdout } = await runNode([DEMO]);

    const lines = stdout.split('\n');
    expect(lines.length).toBeLessThan(60);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toMatch(/^ {2}http\.server\.request {2}GET \/orders\/:id .* ms \|█/m);
    expect(stdout).toMatch(/^ {4}http\.client\.request {2}GET \/stock\/:id /m);
    expect(stdout).toMatch(/^ {6}http\.server\.request {2}GET \/stock\/:id /m);
    expect(stdout).toMatch(/^ {6}ERROR RangeError: card declined: limit exceeded$/m);
    expect(stdout).toContain('... and 9 more traces');
  });

  it('fails and says why if nothing was traced', async () => {
    const run = await runNode([DEMO], { env: { OTEL_TRACES_SAMPLER: 'always_off' } });

    expect(run.ended).toBe(1);
    expect(failuresOf(run)).toEqual([
      'FAILED  0 spans made = 0 exported, 0 received',
      'FAILED  spans from 0 of 2 workers',
    ]);
  });

  it('fails and says why if spans were lost on the way', async () => {
    const run = await runNode([DEMO], { env: { OTEL_BSP_MAX_QUEUE_SIZE: '1' } });

    expect(run.ended).toBe(1);
    expect(failuresOf(run)).toEqual([
      expect.stringMatching(/^FAILED {2}\d+ spans made = \d+ exported, \d+ received$/),
      expect.stringMatching(/^FAILED {2}ids made = ids received: [1-9]\d* missing, 0 unknown/),
    ]);
  });
});

const SUCCESS = [
  'ok      N spans made = N exported, N received',
  'ok      0 spans dropped',
  'ok      ids made = ids received: 0 missing, 0 unknown, 0 repeated',
  'ok      spans from 2 of 2 workers',
  'ok      the Agent reports 0 violations of its rules',
];

/** The conditions, with the number of spans replaced by N where it is the same three times. */
function verdictOf({ stdout }: NodeRun): string[] {
  return conditionsOf(stdout).map((line) =>
    line.replace(
      /([1-9]\d*) (spans made) = \1 exported, \1 received/,
      'N $2 = N exported, N received',
    ),
  );
}

function failuresOf({ stdout }: NodeRun): string[] {
  return conditionsOf(stdout).filter((line) => line.startsWith('FAILED'));
}

function conditionsOf(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^(ok|FAILED) {2}/.test(line));
}
