import { describe, expect, it } from 'vitest';
import {
  describeTarget,
  hostAndPort,
  parseAgentUrl,
  withoutCredentials,
} from '../src/agent-target.js';
import { startOwnTime } from './support/own-time.js';

describe('I1: parseAgentUrl', () => {
  it.each([
    ['http://localhost:8126', 'http://localhost:8126', ''],
    ['http://localhost:8126/', 'http://localhost:8126', ''],
    ['https://agent.example.com', 'https://agent.example.com', ''],
    ['http://[::1]:8126', 'http://[::1]:8126', ''],
    ['http://proxy:80/agent/', 'http://proxy', '/agent'],
    ['http://proxy/v2/traces-of-all', 'http://proxy', '/v2/traces-of-all'],
  ])('takes %s', (url, origin, basePath) => {
    expect(parseAgentUrl(url)).toEqual({
      transport: 'tcp',
      origin,
      basePath,
      authorization: undefined,
    });
  });

  it.each([
    ['http://agent', 80],
    ['https://agent', 443],
    ['https://agent:80', 80],
  ])('knows the port of %s', (url, port) => {
    expect(hostAndPort(parseAgentUrl(url))).toEqual({ host: 'agent', port });
  });

  it('turns credentials into a header and keeps them out of descriptions', () => {
    const target = parseAgentUrl('http://me:p%40ss@localhost:8126');

    expect(target).toMatchObject({
      origin: 'http://localhost:8126',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
    expect(describeTarget(target)).toBe('http://localhost:8126');
  });

  it.each([
    ['unix:///var/run/datadog/apm.socket', '/var/run/datadog/apm.socket'],
    ['unix:/tmp/a.sock', '/tmp/a.sock'],
    ['UNIX:///tmp/A.sock', '/tmp/A.sock'],
    ['unix:///tmp/a b%20ü.sock', '/tmp/a b%20ü.sock'],
    [' unix:///tmp/a.sock ', '/tmp/a.sock'],
  ])('takes the path of %s to the letter', (url, socketPath) => {
    expect(parseAgentUrl(url)).toEqual({ transport: 'unix', socketPath });
  });

  it('takes a socket path as long as the kernel does, and no longer', () => {
    expect(parseAgentUrl(`unix:///${'a'.repeat(106)}`)).toHaveProperty('transport', 'unix');
    expect(() => parseAgentUrl(`unix:///${'a'.repeat(107)}`)).toThrow(/108 bytes/);
  });

  it.each([
    '',
    'not a url',
    'ftp://localhost',
    'unix://relative',
    'unix:',
    'unix:///',
    'unix:///var/run/datadog/',
    'http://[::1',
    'http://localhost:0',
    'http://localhost:70000',
    'http://localhost/?a=b',
    'http://localhost/#a',
    'http://localhost:8126/v0.4/traces',
    'http://localhost:4318/v1/traces/',
    'http://[fe80::1%eth0]:8126',
    'http://me:12/secret@localhost:8126',
    'http://localhost\\secret@localhost',
  ])('refuses %j', (url) => {
    expect(() => parseAgentUrl(url)).toThrow(RangeError);
  });

  it.each([
    ['127.0.0.1:8126', 'it is not a URL; write http://host:8126 or unix:///path/to/apm.socket'],
    ['localhost', 'it is not a URL; write http://host:8126 or unix:///path/to/apm.socket'],
    ['//localhost', 'it is not a URL; write http://host:8126 or unix:///path/to/apm.socket'],
    ['/var/run/datadog/apm.socket', 'it is a path; write unix:// before it'],
    ['/', 'it is a path; write unix:// before it'],
  ])('says what to write instead of %j', (url, message) => {
    expect(() => parseAgentUrl(url)).toThrow(message);
  });
});

describe('withoutCredentials', () => {
  it('takes no longer for a URL of very many slashes, nor does reading one', () => {
    const slashes = '/'.repeat(100_000);
    const took = startOwnTime();

    expect(withoutCredentials(`http:${slashes}`)).toHaveLength(100_005);
    expect(parseAgentUrl(`http://h${slashes}x${slashes}`)).toMatchObject({
      basePath: `${slashes}x`,
    });

    expect(took()).toBeLessThan(500); // of the square of their number, 20 s
  });

  it('leaves out query and fragment, which hold a key elsewhere', () => {
    expect(withoutCredentials('http://host:1/x?api_key=secret')).toBe('http://host:1/x?***');
    expect(withoutCredentials('http://host:1/#api_key=secret')).toBe('http://host:1/#***');
    expect(withoutCredentials('http://me:secret@host/?key=a@b')).toBe('http://***');
    expect(withoutCredentials('http://host/#a@secret')).toBe('http://***');
    expect(withoutCredentials('host?key=secret#x')).toBe('host?***');
  });

  it('hides user and password wherever they stand', () => {
    expect(withoutCredentials('http://me:secret@host/x')).toBe('http://***@host/x');
    expect(withoutCredentials('ftp://me@host')).toBe('ftp://***@host');
    expect(withoutCredentials('http://me:p/a?s#s@host:1')).toBe('http://***');
    expect(withoutCredentials('http://host/a')).toBe('http://host/a');
  });
});
