import { describe, expect, it } from 'vitest';
import { describeTarget } from '../../src/agent-target.js';
import { readEnvironment } from '../../src/configuration/environment.js';
import type { EnvironmentVariables } from '../../src/lang/variables.js';

function read(
  vars: EnvironmentVariables,
  execArgv: readonly string[] = [],
): ReturnType<typeof readEnvironment> & { readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const environment = readEnvironment(vars, execArgv, (_variable, message) =>
    warnings.push(message),
  );
  return { ...environment, warnings };
}

function where(vars: EnvironmentVariables): [string | undefined, number] {
  const { target, warnings } = read(vars);
  return [target && describeTarget(target), warnings.length];
}

describe('I1, I2: the Agent', () => {
  it.each<[EnvironmentVariables, string | undefined]>([
    [{}, undefined],
    [{ DD_TRACE_AGENT_URL: '  ' }, undefined],
    [{ DD_TRACE_AGENT_URL: 'http://a:1', DD_AGENT_HOST: 'b' }, 'http://a:1'],
    [{ DD_TRACE_AGENT_URL: 'unix:///tmp/s' }, 'unix:///tmp/s'],
    [Object.create({ DD_TRACE_AGENT_URL: 'http://inherited:1' }), 'http://inherited:1'],
    [{ DD_AGENT_HOST: 'host' }, 'http://host:8126'],
    [{ DD_AGENT_HOST: ' host ', DD_TRACE_AGENT_PORT: '1234' }, 'http://host:1234'],
    [{ DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'fe80::1' }, 'http://[fe80::1]:8126'],
    [{ DD_AGENT_HOST: '[::1]', DD_TRACE_AGENT_PORT: '1' }, 'http://[::1]:1'],
  ])('with %j listens on %s', (vars, expected) => {
    expect(where(vars)).toEqual([expected, 0]);
  });

  it.each<[EnvironmentVariables, string | undefined]>([
    [{ DD_TRACE_AGENT_URL: 'not a url' }, undefined],
    [{ DD_TRACE_AGENT_URL: 'ftp://x', DD_AGENT_HOST: 'host' }, 'http://host:8126'],
    [{ DD_AGENT_HOST: 'host', DD_TRACE_AGENT_PORT: '8126abc' }, 'http://host:8126'],
    [{ DD_AGENT_HOST: 'host', DD_TRACE_AGENT_PORT: '1e4' }, 'http://host:8126'],
    [{ DD_TRACE_AGENT_PORT: '-1' }, undefined],
    [{ DD_TRACE_AGENT_PORT: '65536' }, undefined],
    [{ DD_AGENT_HOST: 'two words' }, undefined],
    [{ DD_AGENT_HOST: 'http://host', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'me@host', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'me:pw@host', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'host?x', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'host#x', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'a\\b', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'a/b', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
    [{ DD_AGENT_HOST: 'fe80::1%lo', DD_TRACE_AGENT_PORT: '1234' }, 'http://127.0.0.1:1234'],
  ])('with %j warns once and listens on %s', (vars, expected) => {
    expect(where(vars)).toEqual([expected, 1]);
  });

  it('is never shown with its credentials', () => {
    const { warnings } = read({ DD_TRACE_AGENT_URL: 'ftp://me:secret@host' });

    expect(warnings.join()).not.toContain('secret');
  });
});

describe('service, env and version', () => {
  it('come from their own variables before DD_TAGS', () => {
    const { service, env, version, tags } = read({
      DD_SERVICE: 'shop',
      DD_TAGS: 'service:other,env:prod,version:1,team:a',
    });

    expect({ service, env, version, tags }).toEqual({
      service: 'shop',
      env: 'prod',
      version: '1',
      tags: { team: 'a' },
    });
  });
});

describe('service, env and version, of two variables each,', () => {
  it('are those of their own', () => {
    const environment = read({
      DD_SERVICE: 'shop',
      DD_ENV: 'prod',
      DD_VERSION: '2',
      DD_TAGS: 'service:other,env:staging,version:1',
    });

    expect(environment).toMatchObject({ service: 'shop', env: 'prod', version: '2', tags: {} });
  });
});

describe('I5: DD_TAGS', () => {
  it.each([
    ['a:1,b:2', { a: '1', b: '2' }],
    ['a:1 b:2', { a: '1', b: '2' }],
    [' a : 1 , b:2', { a: '1', b: '2' }],
    ['url:http://x:1,b:2', { url: 'http://x:1', b: '2' }],
    ['a', {}],
    [':b', {}],
    ['a:', {}],
    [',,', {}],
    ['', {}],
  ])('%j are %j', (text, expected) => {
    expect(read({ DD_TAGS: text }).tags).toEqual(expected);
  });

  it.each([
    ['a=b', 'DD_TAGS: "a=b" is ignored: a tag is written `key:value`'],
    ['a:1, b ,:c,d', 'DD_TAGS: "b" and 2 more are ignored: a tag is written `key:value`'],
  ])('that are %j lead to one warning', (text, warning) => {
    expect(read({ DD_TAGS: text }).warnings).toEqual([warning]);
  });

  it.each(['a:', 'a:,b:1,', ' ', 'a:1 b:2'])('that are %j lead to none', (text) => {
    expect(read({ DD_TAGS: text }).warnings).toEqual([]);
  });

  it('may hold any key', () => {
    expect(Object.entries(read({ DD_TAGS: '__proto__:x' }).tags)).toEqual([['__proto__', 'x']]);
  });
});

describe('OpenTelemetry variables', () => {
  it('are read as the SDK reads them', () => {
    const { resourceAttributes } = read({
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name="a", deployment.environment=pr%20od ,broken,x=y=z,service%2Eversion=1',
      OTEL_SERVICE_NAME: 'b',
    });

    expect([...resourceAttributes]).toEqual([
      ['service.name', 'b'],
      ['deployment.environment', 'pr od'],
      ['service.version', '1'],
    ]);
  });
});

describe('DD_EXTERNAL_ENV', () => {
  it('I6: is made safe for a header', () => {
    expect(read({ DD_EXTERNAL_ENV: 'it-false,cn-x\r\nEvil: y' }).externalEnv).toBe(
      'it-false,cn-xEvil: y',
    );
  });

  it.each(['é', '\x80\xff', '\x7f', '\u{1F600}'])('I6: loses what is not ASCII: %j', (text) => {
    expect(read({ DD_EXTERNAL_ENV: text }).externalEnv).toBe('');
    expect(read({ DD_EXTERNAL_ENV: `it-${text}\tfalse` }).externalEnv).toBe('it-\tfalse');
  });
});

describe('whom Node trusts', () => {
  it.each<[EnvironmentVariables, readonly string[], boolean]>([
    [{}, [], false],
    [{}, ['--inspect', '--use-openssl-ca'], true],
    [{ NODE_OPTIONS: '--inspect --use_openssl_ca' }, [], true],
    [{ NODE_OPTIONS: '--use-openssl-cafe' }, ['--no--use-openssl-ca'], false],
  ])('with %j and %j is whom OpenSSL trusts: %j', (vars, execArgv, expected) => {
    expect(read(vars, execArgv).usesOpensslCa).toBe(expected);
  });
});
