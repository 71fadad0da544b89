import { afterEach, describe, expect, it, vi } from 'vitest';
import { withFlush } from '../../src/index.js';

/** As Lambda's runtime and its `awslambda.streamifyResponse` know them. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

const target = { forceFlush: () => Promise.resolve() };

afterEach(() => vi.unstubAllEnvs());

type Done = (error: unknown, result?: unknown) => void;

async function valueOf(this: { value: string }, _a: unknown, _b: unknown): Promise<string> {
  return this.value;
}

/** What Lambda's runtime asks of a handler when it loads it. */
function judgement(handler: object): unknown {
  const descriptor = (key: PropertyKey): unknown =>
    Object.getOwnPropertyDescriptor(handler, key)?.value;
  return {
    parameters: descriptor('length'),
    streaming: descriptor(STREAMING),
    highWaterMark: descriptor(HIGH_WATER_MARK),
    kind: handler.constructor.name,
  };
}

describe('the wrapper of withFlush', () => {
  it.each([
    ['an async function', async (_event: unknown, _context: unknown) => undefined],
    ['one with a callback', (_event: unknown, _context: unknown, _done: Done): void => undefined],
    ['one with fewer parameters', (): void => undefined],
    ['one with any number', (..._args: unknown[]): void => undefined],
    ['one with defaults', (_event: unknown, _context: unknown = {}): void => undefined],
  ])('of %s is judged by the platform as the handler is', (_name, handler) => {
    expect(judgement(withFlush(handler, target))).toEqual(judgement(handler));
  });

  it.each([
    ['on Lambda at most two parameters, as its Node 24 demands', 'shop', 2],
    ['as many as it has elsewhere, where a platform may ask for a third', undefined, 3],
  ])('of an async function has %s', (_what, functionName, parameters) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', functionName);
    const handler = async (_event: unknown, _context: unknown, _unused: unknown) => undefined;

    expect(judgement(withFlush(handler, target))).toMatchObject({
      parameters,
      kind: 'AsyncFunction',
    });
  });

  it('keeps the mark of a handler that streams, and takes it afterwards as well', () => {
    const marks = { [STREAMING]: 'response', [HIGH_WATER_MARK]: 1024 };
    const streamify = <H extends object>(handler: H): H => Object.assign(handler, marks);
    const first = streamify(async (_event: unknown, _stream: unknown) => undefined);
    const second = async (_event: unknown, _stream: unknown): Promise<void> => undefined;

    const expected = { streaming: 'response', highWaterMark: 1024, parameters: 2 };
    expect(judgement(withFlush(first, target))).toMatchObject(expected);
    expect(judgement(streamify(withFlush(second, target)))).toMatchObject(expected);
    expect(judgement(second)).toMatchObject({ streaming: undefined });
  });

  it('has the name and the properties of the handler, hidden ones too', () => {
    function onOrder(): void {}
    const handler = Object.assign(onOrder, { version: 3 });
    Object.defineProperty(handler, 'hidden', { get: () => 'seen' });

    const wrapper = withFlush(handler, target);

    expect(wrapper).not.toBe(handler);
    expect(wrapper.name).toBe('onOrder');
    expect(wrapper.version).toBe(3);
    expect(Reflect.get(wrapper, 'hidden')).toBe('seen');
    expect(Object.keys(wrapper)).toEqual(['version']);
  });

  it.each([
    ['frozen', Object.freeze(async (_a: unknown, _b: unknown) => 'value')],
    ['bound', valueOf.bind({ value: 'value' })],
    ['wrapped already', withFlush(async (_a: unknown, _b: unknown) => 'value', target)],
    ['a proxy', new Proxy(async (_a: unknown, _b: unknown) => 'value', {})],
  ])('is there for a handler that is %s', async (_name, handler) => {
    const wrapper = withFlush(handler, target);

    expect(wrapper.length).toBe(2);
    expect(await wrapper(1, 2)).toBe('value');
  });
});
