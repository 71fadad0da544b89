import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { afterForkInChild, atFork, type ForkEvent, withForkHooks } from '../../src/fork.js';
import { forkRegistry } from '../../src/fork/fork-registry.js';
import { captureDiag } from '../support/diag-log.js';
import { hookLog } from './hook-log.js';

const NOTHING = (): void => undefined;
const { lines, hooks, register } = hookLog();
const warnings = captureDiag();

describe('atFork', () => {
  it.each([
    ['nothing', undefined, TypeError, /^Expected `hooks` to be an object .*, got `undefined`/],
    ['a function', NOTHING, TypeError, /^Expected `hooks` to be an object/],
    ['an object without a function', {}, TypeError, /^Expected `hooks` to be an object/],
    ['a hook that is no function', { child: 1 }, TypeError, /^Expected `child` to be a function/],
    ['a hook that is null', { before: null }, TypeError, /^Expected `before` to be a function/],
    [
      'a key that it does not know',
      { after: NOTHING },
      RangeError,
      /^Expected `hooks key` to be before, parent or child, got `"after"`/,
    ],
  ])('refuses %s', (_, wrong, type, message) => {
    const act = (): unknown => Reflect.apply(atFork, undefined, [wrong]);

    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it('registers nothing of a triplet that it refuses', () => {
    const wrong = { ...hooks('a'), child: 1 };
    const act = (): unknown => Reflect.apply(atFork, undefined, [wrong]);

    expect(act).toThrow(TypeError);
    withForkHooks(NOTHING);

    expect(lines).toEqual([]);
  });

  it('takes hooks that are undefined for hooks that are not there', () => {
    register({ ...hooks('a'), before: undefined });

    withForkHooks(NOTHING);

    expect(lines).toEqual(['a parent manual']);
  });

  it('is not changed by what becomes of its argument', () => {
    const changing = hooks('a');
    register(changing);
    Object.assign(changing, hooks('b'));

    withForkHooks(NOTHING);

    expect(lines).toEqual(['a before manual', 'a parent manual']);
  });

  it('registers the same hooks twice, each to be removed on its own', () => {
    const same = hooks('a');
    const first = register(same);
    register(same);
    first.remove();
    first.remove();

    withForkHooks(NOTHING);

    expect(lines).toEqual(['a before manual', 'a parent manual']);
  });
});

describe('the hooks of a fork', () => {
  it('run before it the last first, and after it the first first', () => {
    for (const name of ['a', 'b', 'c']) register(hooks(name));

    withForkHooks(() => lines.push('fork'));
    afterForkInChild();

    expect(lines).toEqual([
      'c before manual',
      'b before manual',
      'a before manual',
      'fork',
      'a parent manual',
      'b parent manual',
      'c parent manual',
      'a child manual',
      'b child manual',
      'c child manual',
    ]);
  });

  it('get an event that one cannot spoil for another', () => {
    const events: ForkEvent[] = [];
    register({ parent: (event) => Reflect.set(event, 'stage', 'child') });
    register({ parent: (event) => events.push(event) });

    withForkHooks(NOTHING);

    expect(events).toEqual([{ stage: 'parent', trigger: 'manual' }]);
  });

  it('count from the next fork on if a hook adds them', () => {
    register({ before: () => register(hooks('late')) });

    withForkHooks(() => afterForkInChild());
    expect(lines).toEqual([]);

    withForkHooks(NOTHING);
    expect(lines).toEqual(['late before manual', 'late parent manual']);
  });

  it('still run to the end of the fork if a hook removes them', () => {
    const second = register(hooks('second'));
    const remover = register({ before: () => second.remove() });

    withForkHooks(NOTHING);
    remover.remove();
    withForkHooks(NOTHING);

    expect(lines).toEqual(['second before manual', 'second parent manual']);
  });

  it('may remove themselves without a neighbour being skipped', () => {
    register(hooks('a'));
    const self = register({ parent: () => self.remove() });
    register(hooks('b'));

    withForkHooks(NOTHING);
    withForkHooks(NOTHING);

    const once = ['b before manual', 'a before manual', 'a parent manual', 'b parent manual'];
    expect(lines).toEqual([...once, ...once]);
  });

  it('run no hooks for what they fork themselves', () => {
    register({ ...hooks('a'), parent: () => withForkHooks(() => lines.push('forked by a hook')) });
    register({ child: () => afterForkInChild() });

    withForkHooks(NOTHING);
    afterForkInChild();

    expect(lines).toEqual(['a before manual', 'forked by a hook', 'a child manual']);
  });
});

describe('a hook that fails', () => {
  it.each(['before', 'parent'] as const)('stops nothing in stage %s, and is logged', (stage) => {
    register(hooks('a'));
    register({
      [stage]: () => {
        throw new Error('no way');
      },
    });
    register(hooks('b'));

    withForkHooks(() => lines.push('fork'));

    const [before, parent] = [
      ['b before manual', 'a before manual'],
      ['a parent manual', 'b parent manual'],
    ];
    expect(lines).toEqual([...before, 'fork', ...parent]);
    expect(warnings).toEqual([`a fork hook failed in stage ${stage} (manual): no way`]);
  });

  it.each([
    ['an object without a prototype', Object.create(null)],
    ['undefined', undefined],
    ['an error whose message is no text', Object.assign(new Error('x'), { message: 1 })],
  ])('may throw %s', (_, thrown: unknown) => {
    register({
      child: () => {
        throw thrown;
      },
    });
    register(hooks('b'));

    afterForkInChild();
    afterForkInChild();

    expect(lines).toEqual(['b child manual', 'b child manual']);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('later'))],
    [
      'a promise of another realm',
      (): unknown => runInNewContext("Promise.reject(new Error('later'))"),
    ],
  ])('may return %s that rejects', async (_, child) => {
    register({ child });

    afterForkInChild();
    await setImmediate();

    expect(warnings).toEqual(['a fork hook failed in stage child (manual): later']);
  });

  it('is logged also where another one fails before it', () => {
    for (const name of ['first', 'second']) {
      register({
        child: () => {
          throw new Error(name);
        },
      });
    }

    afterForkInChild();
    afterForkInChild();

    expect(warnings).toEqual([
      'a fork hook failed in stage child (manual): first',
      'a fork hook failed in stage child (manual): second',
    ]);
  });

  it('is logged once for all exporters', () => {
    const child = (): never => {
      throw new Error('no way');
    };
    const ofExporter = { child, consequence: 'spans of all may be lost' };
    const disposers = Array.from({ length: 3 }, () => forkRegistry().add({ ...ofExporter }));

    afterForkInChild();
    for (const dispose of disposers) dispose();

    expect(warnings).toEqual([
      'a fork hook failed in stage child (manual); spans of all may be lost: no way',
    ]);
  });

  it('is logged with what the user loses by it, if that is known', () => {
    const child = (): never => {
      throw new Error('no way');
    };
    const dispose = forkRegistry().add({ child, consequence: 'traces may not be sent to Datadog' });

    afterForkInChild();
    dispose();

    expect(warnings).toEqual([
      'a fork hook failed in stage child (manual); traces may not be sent to Datadog: no way',
    ]);
  });
});
