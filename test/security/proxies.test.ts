import { describe, expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openRawServer } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const UNDICI = import.meta.resolve('undici');

/** Ends one span, and the process in this way. */
function endingWith(end: string): string {
  return `
    import { ProxyAgent, setGlobalDispatcher } from '${UNDICI}';
    setGlobalDispatcher(new ProxyAgent(process.env.HTTP_PROXY));
    const processor = new DatadogBatchSpanProcessor({ exporter });
    new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('t').startSpan('s').end();
    ${end}`;
}

describe('what goes to the Agent', () => {
  it.each([
    ['by itself', 'await processor.forceFlush();'],
    ['when the process exits', 'flushOnExit(processor, { blockOnExit: true }); process.exit(0);'],
  ])('goes through no proxy, neither of the environment nor of undici: %s', async (_what, end) => {
    const agent = await openScriptedAgent();
    const proxy = await openRawServer((socket) => socket.destroy());
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'all_proxy',
    ];
    const proxies = Object.fromEntries(names.map((name) => [name, proxy.url]));
    const env = { ...proxies, NO_PROXY: '', no_proxy: '', NODE_USE_ENV_PROXY: '1' };

    const script = startScript(endingWith(end), { agentUrl: agent.url, env });

    expect(await script.end).toMatchObject({ code: 0, signal: null });
    expect(agent.spans).toHaveLength(1);
    expect(proxy.accepted).toBe(0);
  });
});
