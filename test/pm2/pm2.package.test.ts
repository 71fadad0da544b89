import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { getPage } from '../examples/web-client.js';
import { EXAMPLES } from '../package/built-package.js';
import { freePort } from '../support/free-port.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { installPm2, Pm2 } from './pm2.js';

const SERVICE = fileURLToPath(new URL('service.mjs', import.meta.url));
/** So that no span is exported before its process is ended. */
const BATCH = { OTEL_BSP_SCHEDULE_DELAY: '600000', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '512' };

beforeAll(installPm2);

describe('under PM2', () => {
  it.each([
    ['cluster mode, reload', ['-i', '2'], 'reload', 100],
    ['cluster mode, restart', ['-i', '2'], 'restart', 100],
    ['cluster mode, stop', ['-i', '2'], 'stop', 100],
    ['cluster mode, stop with a message', ['-i', '2', '--shutdown-with-message'], 'stop', 100],
    ['cluster mode, reload with a message', ['-i', '2', '--shutdown-with-message'], 'reload', 100],
    ['fork mode, restart', [], 'restart', 50],
    ['fork mode, stop with a message', ['--shutdown-with-message'], 'stop', 50],
  ])('all spans arrive in time: %s', async (_, options, command, spans) => {
    const agent = await openScriptedAgent();
    await using pm2 = await Pm2.open({ DD_TRACE_AGENT_URL: agent.url, ...BATCH });
    await pm2.run('start', SERVICE, '--name', 'service', '--wait-ready', ...options);

    await pm2.run(command, 'service');

    expect(agent.spans).toHaveLength(spans);
    expect(pm2.log).not.toContain('SIGKILL');
  });

  it('an application that listens to the message itself decides when it ends', async () => {
    const agent = await openScriptedAgent();
    await using pm2 = await Pm2.open({ DD_TRACE_AGENT_URL: agent.url, ...BATCH });
    const options = ['--name', 'service', '--wait-ready', '-i', '1', '--shutdown-with-message'];
    await pm2.run('start', SERVICE, ...options, '--', 'listens');

    await pm2.run('stop', 'service');

    expect(agent.spans).toHaveLength(50);
    expect(pm2.log).not.toContain('SIGKILL');
    expect(pm2.output('service')).toBe('closing\n');
  });
});

describe('the example for PM2', () => {
  it('delivers the spans of the requests that it served before a reload', async () => {
    const agent = await openScriptedAgent();
    const port = await freePort();
    const env = { DD_TRACE_AGENT_URL: agent.url, PORT: String(port), ...BATCH };
    await using pm2 = await Pm2.open(env);
    await pm2.run('start', join(EXAMPLES, 'pm2/ecosystem.config.cjs'));
    for (let count = 0; count < 20; count++) await getPage(port);

    await pm2.run('reload', 'shop');

    expect(agent.spans).toHaveLength(20);
    expect(await getPage(port)).toBe('hello\n');
  });
});
