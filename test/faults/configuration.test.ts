import { afterEach, describe, expect, it, vi } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { openRawServer } from '../support/raw-server.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { runProgram } from './child-program.js';
import { openExporter } from './watched-exporter.js';

const lines = captureDiag();

afterEach(() => vi.unstubAllEnvs());

describe('variables', () => {
  it.each([
    'not a url',
    'ftp://x',
    'unix://relative',
    'http://[::1',
    'http://x:70000',
    'http://x/?a=b',
  ])('I1: DD_TRACE_AGENT_URL=%s is warned about once, and the next best is used', async (url) => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    vi.stubEnv('DD_TRACE_AGENT_URL', url);
    vi.stubEnv('DD_AGENT_HOST', '127.0.0.1');
    vi.stubEnv('DD_TRACE_AGENT_PORT', new URL(server.url).port);

    expect(await exportSpans(openExporter({}), [makeSpan()])).toEqual({ code: 0 });

    expect(server.requests).toBe(1);
    expect(lines).toEqual([expect.stringContaining('DD_TRACE_AGENT_URL')]);
  });

  it('I6: that hold line feeds, bytes that are no text, or too much, spoil no request', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    vi.stubEnv('DD_SERVICE', `shop\r\nX-Evil: 1\r\n\r\n${'x'.repeat(10_000)}`);
    vi.stubEnv('DD_ENV', 'prod\u0000\uFFFD\nX-Evil: 1');
    vi.stubEnv('DD_VERSION', '\u{1F600}'.repeat(3_000));
    vi.stubEnv('DD_EXTERNAL_ENV', 'it-false\r\nX-Evil: 1');
    const resource = { attributes: {} };

    const result = await exportSpans(openExporter({ url: server.url }), makeSpans(2, { resource }));

    expect(result).toEqual({ code: 0 });
    expect(server.spans).toHaveLength(2);
    expect(server.heads.join()).not.toMatch(/^X-Evil/im);
  });

  it('I9: are read once, and may be gone or frozen', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(
      `const url = process.env.DD_TRACE_AGENT_URL;
       const own = openExporter();
       process.env.DD_TRACE_AGENT_URL = 'http://127.0.0.1:1';
       console.log(await outcomeOf(own));
       const real = process.env;
       const outcomes = [];
       for (const environment of [{}, Object.freeze({})]) {
         Object.defineProperty(process, 'env', { value: environment, configurable: true });
         outcomes.push(await outcomeOf(openExporter({ url, propagateLineage: true })));
       }
       Object.defineProperty(process, 'env', { value: real });
       for (const outcome of outcomes) console.log(outcome);`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ended: 0, stdout: 'success\n'.repeat(3), stderr: '' });
  });
});

describe('I10: the Agent', () => {
  it('is asked for nothing but to take spans', async () => {
    const heads: string[] = [];
    const server = await openRawServer((socket) => {
      socket.on('data', (bytes) => {
        heads.push(bytes.toString('latin1').split('\r\n', 1)[0] ?? '');
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      });
    });
    const exporter = openExporter({ url: server.url });

    for (let count = 0; count < 3; count++) await exportSpans(exporter, [makeSpan()]);
    await exporter.shutdown();

    expect(heads).toEqual(Array.from({ length: 3 }, () => 'PUT /v0.4/traces HTTP/1.1'));
  });
});
