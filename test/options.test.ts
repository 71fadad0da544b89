import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeTarget } from '../src/agent-target.js';
import { DatadogSpanExporter, type DatadogSpanExporterOptions } from '../src/index.js';
import { checkOptions, resolveOptions } from '../src/options.js';

const before = { ...process.env };

/** Answers whether the socket of an Agent on this machine is there. */
const files = vi.hoisted(() => ({ existsSync: (_path: string): boolean => false }));

vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  existsSync: (path: string): boolean => files.existsSync(path),
}));

beforeEach(() => {
  files.existsSync = () => false;
  for (const name of Object.keys(process.env)) {
    if (/^(DD|OTEL)_/.test(name)) delete process.env[name];
  }
});

afterEach(() => {
  process.env = { ...before };
});

function resolve(options: DatadogSpanExporterOptions = {}): ReturnType<typeof resolveOptions> {
  const warn = (_name: string, message: string): never => {
    throw new Error(`unexpected warning: ${message}`);
  };
  return resolveOptions(checkOptions(options, warn), warn);
}

const SOCKET = '/var/run/datadog/apm.socket';

function notAllowed(): never {
  throw Object.assign(new Error('no access'), { code: 'ERR_ACCESS_DENIED' });
}

/** Options as a JavaScript user may write them. */
function untyped(options: object): DatadogSpanExporterOptions {
  return Object.assign({}, options);
}

describe('defaults', () => {
  it('are those of the documentation', () => {
    expect(resolve()).toMatchObject({
      timeoutMillis: 10_000,
      attemptTimeoutMillis: 3_000,
      maxRetries: 4,
      connectTimeoutMillis: 1_000,
      flushTimeoutMillis: 10_000,
      graceMillis: 1_000,
      maxPayloadBytes: 4 * 1024 * 1024,
      maxPendingBytes: 32 * 1024 * 1024,
      maxConnections: 2,
      exceptionTags: true,
      propagateLineage: false,
    });
    expect(Object.isFrozen(resolve())).toBe(true);
  });
});

describe('the Agent', () => {
  it('I4: is that of the code, else of the environment, else on this machine', () => {
    expect(describeTarget(resolve().target)).toBe('http://127.0.0.1:8126');

    process.env['DD_AGENT_HOST'] = 'elsewhere';
    expect(describeTarget(resolve().target)).toBe('http://elsewhere:8126');
    expect(describeTarget(resolve({ url: 'http://code:1' }).target)).toBe('http://code:1');
  });

  it.each<[string, string, (path: string) => boolean]>([
    ['is there', `unix://${SOCKET}`, (path) => path === SOCKET],
    ['is not there', 'http://127.0.0.1:8126', (path) => path !== SOCKET],
    ['may not be looked for', 'http://127.0.0.1:8126', notAllowed],
  ])('on this machine, if its socket %s, is %s', (_name, expected, existsSync) => {
    files.existsSync = existsSync;

    expect(describeTarget(resolve().target)).toBe(expected);
  });

  it.each([
    ['DD_TRACE_AGENT_URL', 'agent', {}, 'http://127.0.0.1:8126'],
    ['DD_AGENT_HOST', 'fe80::1%eth0', {}, 'http://127.0.0.1:8126'],
    ['DD_TRACE_AGENT_PORT', '70000', { url: 'http://code:1' }, 'http://code:1'],
  ])('is named where %s is ignored: %j', (name, value, options, instead) => {
    process.env[name] = value;
    const warnings: string[] = [];
    const checked = checkOptions(options, () => undefined);

    resolveOptions(checked, (_name, message) => warnings.push(message));

    expect(warnings).toEqual([
      expect.stringMatching(`^${name}.* ignored: .*; spans go to ${instead}$`),
    ]);
  });

  it('of the environment is none that others have added to Object.prototype', () => {
    const descriptor = { value: 'http://polluted:1', configurable: true };
    const { prototype } = Object;
    Object.defineProperty(prototype, 'DD_TRACE_AGENT_URL', descriptor);

    const { target } = resolve();
    Reflect.deleteProperty(prototype, 'DD_TRACE_AGENT_URL');

    expect(describeTarget(target)).toBe('http://127.0.0.1:8126');
  });

  it('I9: of the environment is read when the exporter is made, not before and not after', () => {
    process.env['DD_SERVICE'] = 'first';
    const resolved = resolve();
    process.env['DD_SERVICE'] = 'second';

    expect(resolved.environment.service).toBe('first');
  });
});

describe('tags', () => {
  it('called service, env and version are those, unless an option says otherwise', () => {
    const tags = { service: 'a', env: 'b', version: 'c', team: 'd' };

    expect(resolve({ tags, env: 'prod' })).toMatchObject({
      service: 'a',
      env: 'prod',
      version: 'c',
      tags: { team: 'd' },
    });
  });
});

describe('an unknown option', () => {
  it('is warned about', () => {
    const warnings: string[] = [];

    checkOptions(untyped({ timeoutMilis: 1 }), (_name, message) => warnings.push(message));

    expect(warnings).toEqual(['DatadogSpanExporter has no option `timeoutMilis`; it is ignored']);
  });
});

describe('E5, I3, I7: a wrong option', () => {
  it.each<[object, typeof TypeError, string]>([
    [{ url: 7 }, TypeError, 'Expected `url` to be a non-empty string, got `7` (number)'],
    [{ url: '' }, TypeError, 'Expected `url` to be a non-empty string, got `""` (string)'],
    [
      { service: null },
      TypeError,
      'Expected `service` to be a non-empty string, got `null` (null)',
    ],
    [
      { timeoutMillis: '5s' },
      TypeError,
      'Expected `timeoutMillis` to be an integer in [1, 2147483647], got `"5s"` (string)',
    ],
    [{ timeoutMillis: 0 }, RangeError, 'got `0` (number)'],
    [{ timeoutMillis: NaN }, RangeError, 'got `NaN` (number)'],
    [{ timeoutMillis: 2 ** 31 }, RangeError, 'in [1, 2147483647]'],
    [{ graceMillis: -1 }, RangeError, 'in [0, 2147483647]'],
    [{ maxConnections: 1.5 }, RangeError, 'in [1, 64]'],
    [{ maxPayloadBytes: 25 * 1024 * 1024 }, RangeError, 'in [1024, 26214399]'],
    [{ exceptionTags: 'yes' }, TypeError, 'to be a boolean'],
    [{ propagateLineage: 1 }, TypeError, 'Expected `propagateLineage` to be a boolean, got `1`'],
    [{ tags: { service: '' } }, TypeError, "Expected `tags['service']` to be a non-empty string"],
    [{ tags: { version: '' } }, TypeError, "Expected `tags['version']` to be a non-empty string"],
    [{ tags: ['a'] }, TypeError, 'Expected `tags` to be a plain object of strings'],
    [{ tags: { a: 1 } }, TypeError, "Expected `tags['a']` to be a string, got `1` (number)"],
    [{ headers: { 'a b': 'x' } }, RangeError, 'an HTTP header name, got `"a…"`'],
    [{ headers: { '': 'x' } }, RangeError, 'an HTTP header name, got `"…"`'],
    [
      { headers: { 'X-A': '1', 'x-a': '2' } },
      RangeError,
      'Expected `headers` to set each header once',
    ],
    [
      { headers: new Headers({ a: 'x' }) },
      TypeError,
      'to be a plain object of strings, got another',
    ],
    [
      { tags: new Map([['a', 'x']]) },
      TypeError,
      'to be a plain object of strings, got `{…}` (object)',
    ],
    [{ headers: ['x'] }, TypeError, 'to be a plain object of strings, got another value (array)'],
    [{ headers: { a: 'x\r\ny' } }, RangeError, 'Latin-1 text, free of control characters'],
    [{ headers: { a: '€' } }, RangeError, 'to be Latin-1 text'],
    [{ headers: { Host: 'x' } }, RangeError, 'not to set `Host`'],
    [{ url: 'unix://relative' }, RangeError, 'no absolute path'],
    [{ url: 'unix:///var/run/datadog/' }, RangeError, 'that of a folder'],
    [{ requireFrom: './here.js' }, RangeError, 'Expected `requireFrom` to be an absolute path'],
  ])('%j is refused by the constructor', (options, errorClass, message) => {
    const construct = (): unknown => new DatadogSpanExporter(untyped(options));

    expect(construct).toThrow(errorClass);
    expect(construct).toThrow(message);
  });

  it.each([[['x']], [new Map([['url', 'x']])]])('%j has no options', (options) => {
    const construct = (): unknown => Reflect.construct(DatadogSpanExporter, [options]);

    expect(construct).toThrow('Expected `options` to be an object, got ');
  });

  it.each([
    'connection',
    'content-encoding',
    'content-length',
    'content-type',
    'expect',
    'host',
    'keep-alive',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'x-datadog-trace-count',
    'Content-Type',
    'X-Datadog-Trace-Count',
  ])('is the header %s, which the exporter or its connection sets', (header) => {
    const construct = (): unknown => new DatadogSpanExporter({ headers: { [header]: 'x' } });

    expect(construct).toThrow(RangeError);
    expect(construct).toThrow(`not to set \`${header}\`: the exporter sets it`);
  });

  it.each<[unknown, string]>([
    [{ url: 'ftp://me:secret@host' }, '`"ftp://***@host"` (string)'],
    ['http://me:secret@host', '`"http://***@host"` (string)'],
    [
      { headers: 'dd-api-key: secret' },
      'to be a plain object of strings, got another value (string)',
    ],
    [{ headers: { 'dd-api-key: secret': '' } }, 'an HTTP header name, got `"dd-api-key…"`'],
    [{ headers: { 'dd-api-key': ['secret'] } }, 'to be a string, got another value (array)'],
    [{ headers: { 'dd-api-key': 53_407 } }, 'to be a string, got another value (number)'],
  ])('never shows credentials: %j', (options, message) => {
    const construct = (): unknown => Reflect.construct(DatadogSpanExporter, [options]);

    expect(construct).toThrow(message);
    expect(construct).not.toThrow('secret');
  });

  it('shows no more of a value than tells which it is', () => {
    const options = { service: () => 'shop', env: `prod${'!'.repeat(5_000)}` };

    expect(() => new DatadogSpanExporter(untyped(options))).toThrow('got `service` (function)');
    expect(() => new DatadogSpanExporter(untyped({ signal: options.env }))).toThrow(
      /^Expected `signal` to be an AbortSignal, got `"prod!{76}…"` \(string\)$/,
    );
  });

  it.each([
    [null, 'Expected `options` to be an object, got `null` (null)'],
    ['http://me:pw@agent', 'as in `{ url }`, got `"http://***@agent"`'],
    [new URL('http://me:pw@agent'), 'as in `{ url }`, got `"http://***@agent/"`'],
  ])('are an object, and no URL: row %#', (given, message) => {
    const construct = (): unknown => Reflect.construct(DatadogSpanExporter, [given]);

    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(message);
  });
});
