// Owns the proof that no instrumentation makes a span of the package's own connections and requests, also
// when they are refused or repeated. The SDK itself is the witness, whatever the Agent got.

import { describe, expect, inject, it } from 'vitest';
import { openFaultServer } from '../../test/support/fault-server.js';
import { ACCEPT, readBody, readHead, rst } from '../../test/support/fault-steps.js';
import { refusedUrl } from '../../test/support/raw-server.js';
import { openScriptedAgent } from '../../test/support/scripted-agent.js';
import { canRun, SDK_LINES } from './sdk-line.js';
import { type ServiceEnd, serveThree, type TracedServiceOptions } from './traced-service.js';
import { idsOf, rootNames, ROOTS, spansAbout } from './witness.js';

type Service = Pick<TracedServiceOptions, 'line' | 'format' | 'pipeline'>;

const SERVICES: readonly Service[] = SDK_LINES.flatMap((line): Service[] => [
  { line, format: 'cjs', pipeline: 'own' },
  { line, format: 'mjs', pipeline: 'sdk' },
]);

const hasDatabase = inject('postgresPort') > 0;

describe.each(SERVICES)('on $line, as $format, behind the processor $pipeline', (service) => {
  describe.skipIf(!hasDatabase || !canRun(service.line))('a service', () => {
    function expectNothingAbout(agentUrl: string, { ended, witnessed }: ServiceEnd): void {
      expect(ended).toBe(0);
      expect(rootNames(witnessed)).toEqual(ROOTS);
      expect(spansAbout(agentUrl, witnessed)).toEqual([]);
    }

    it('has no span about a Unix socket', async () => {
      const agent = await openScriptedAgent('unix');
      const end = await serveThree({ ...service, agentUrl: agent.url });

      expectNothingAbout(agent.url, end);
      expect(end.stderr).toBe('');
      expect(agent.spans).toHaveLength(end.witnessed.length);
    });

    it('has no span about requests that it repeats', async () => {
      const agent = await openScriptedAgent();
      const agentUrl = byName(agent.url);
      const busy = { status: 503, headers: { 'retry-after': '0' } };
      agent.answer(busy, { status: 429 }, busy);
      const end = await serveThree({ ...service, agentUrl });
      const received = agent.traces.flatMap(({ traceId, spans }) =>
        spans.map(({ spanId }) => `${traceId} ${spanId}`),
      );

      expectNothingAbout(agentUrl, end);
      expect(end.stderr).toBe('');
      expect(received.toSorted()).toEqual(idsOf(end.witnessed));
    });

    it('has no span about connections that break', async () => {
      const broken = [readHead, readBody(1), rst];
      const agent = await openFaultServer({ scripts: [broken, broken, ACCEPT] });
      const agentUrl = byName(agent.url);
      const end = await serveThree({ ...service, agentUrl });

      expectNothingAbout(agentUrl, end);
      expect(end.stderr).toBe('');
      expect(agent.spans).toHaveLength(end.witnessed.length);
    });

    it('has no span about connections that are refused', async () => {
      const agentUrl = byName(await refusedUrl());
      const end = await serveThree({ ...service, agentUrl, exportTimeoutMillis: 1_000 });

      expectNothingAbout(agentUrl, end);
      expect(end.stderr).toContain('ECONNREFUSED');
    });
  });
});

/** So that a name is looked up. */
function byName(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}
