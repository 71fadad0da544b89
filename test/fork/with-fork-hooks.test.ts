import { describe, expect, it } from 'vitest';
import { afterForkInChild, withForkHooks } from '../../src/fork.js';
import { generations } from '../../src/fork/generation.js';
import { captureDiag } from '../support/diag-log.js';
import { hookLog } from './hook-log.js';

const { lines, hooks, register } = hookLog();
const warnings = captureDiag();

describe('withForkHooks', () => {
  it('returns what the fork returned', () => {
    expect(withForkHooks(() => 42)).toBe(42);
  });

  it('refuses what is no function, before any hook runs', () => {
    register(hooks('a'));

    const act = (): unknown => Reflect.apply(withForkHooks, undefined, [1]);

    expect(act).toThrow(new TypeError('Expected `fork` to be a function, got `1` (number)'));
    expect(lines).toEqual([]);
  });

  it('runs the hooks of the parent when the fork fails, and throws its error', () => {
    register(hooks('a'));
    const failure = new Error('EAGAIN');

    expect(() =>
      withForkHooks(() => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(lines).toEqual(['a before manual', 'a parent manual']);
  });

  it('throws the error of the fork though a hook of the parent fails as well', () => {
    register({
      parent: () => {
        throw new Error('from the hook');
      },
    });
    const failure = new Error('from the fork');

    expect(() =>
      withForkHooks(() => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(warnings.at(-1)).toContain('from the hook');
  });

  it('does not wait for a promise', async () => {
    register(hooks('a'));

    const result = withForkHooks(async () => {
      await Promise.resolve();
      lines.push('settled');
      return 42;
    });

    expect(lines).toEqual(['a before manual', 'a parent manual']);
    await expect(result).resolves.toBe(42);
  });

  it('runs the hooks once for a call within another', () => {
    register(hooks('a'));

    withForkHooks(() => withForkHooks(() => lines.push('fork')));

    expect(lines).toEqual(['a before manual', 'fork', 'a parent manual']);
  });

  it('runs them again for the next call, also after a failure', () => {
    register(hooks('a'));
    const fail = (): never => {
      throw new Error('EAGAIN');
    };

    expect(() => withForkHooks(fail)).toThrow('EAGAIN');
    expect(() => withForkHooks(fail)).toThrow('EAGAIN');

    expect(lines).toHaveLength(4);
  });

  it('runs the hooks of the child, not those of the parent, where the fork has returned in the copy', () => {
    register(hooks('a'));
    const { present } = generations();

    withForkHooks(() => {
      afterForkInChild();
      lines.push('in the copy');
    });

    expect(lines).toEqual(['a before manual', 'a child manual', 'in the copy']);
    expect(generations().present.number).toBe(present.number + 1);
  });

  it('lets a copy fork and be copied again within the function that made it', () => {
    register(hooks('a'));

    withForkHooks(() => {
      afterForkInChild();
      lines.push('in the copy');
      withForkHooks(() => {
        afterForkInChild();
        lines.push('in its copy');
      });
      withForkHooks(() => undefined);
      afterForkInChild();
    });

    expect(lines).toEqual([
      'a before manual',
      'a child manual',
      'in the copy',
      'a before manual',
      'a child manual',
      'in its copy',
      'a before manual',
      'a parent manual',
      'a child manual',
    ]);
  });
});

describe('afterForkInChild', () => {
  it('has begun a new generation when the hooks of the child run', () => {
    const { present } = generations();
    const seen: number[] = [];
    register({ child: () => seen.push(generations().present.number) });

    afterForkInChild();
    afterForkInChild();

    expect(seen).toEqual([present.number + 1, present.number + 2]);
  });

  it('begins a new generation without hooks, too', () => {
    const { present } = generations();

    afterForkInChild();

    expect(generations().present.number).toBe(present.number + 1);
  });

  it('does nothing within a hook', () => {
    const { present } = generations();
    register({ before: () => afterForkInChild() });

    withForkHooks(() => undefined);

    expect(generations().present).toBe(present);
  });
});
