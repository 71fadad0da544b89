// Owns the proof that a service with NodeSDK and all usual instrumentations gets the traces that it
// should: as ES module and CommonJS, behind the SDK's processor, the same in a
// ForkSafeSpanProcessor, and behind ours, on two SDK lines.

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type DevAgent, startDevAgent } from '../../src/dev-agent/index.js';
import { assertNoViolations, openScriptedAgent } from '../../test/support/scripted-agent.js';
import { brokenQuery, firstCart, laterCart, served, type Statements } from './expected-traces.js';
import { canRun, SDK_LINES } from './sdk-line.js';
import { byTrace, type TreeSpan, treeOf, treeSpan } from './span-tree.js';
import {
  type ServiceEnd,
  serveThree,
  TracedService,
  type TracedServiceOptions,
} from './traced-service.js';
import { idsOf, rootNames, ROOTS, spansAbout } from './witness.js';

type Service = Pick<TracedServiceOptions, 'line' | 'format' | 'pipeline'>;

const SENT: Statements = {
  price: 'SELECT 100 * $1::int AS price',
  broken: "SELECT 'secret' FROM no_such_table",
  poolConnect: 'pg-pool.connect',
};

const SERVICES: readonly Service[] = SDK_LINES.flatMap((line): Service[] => [
  { line, format: 'cjs', pipeline: 'sdk' },
  { line, format: 'cjs', pipeline: 'safe' },
  { line, format: 'cjs', pipeline: 'own' },
  { line, format: 'mjs', pipeline: 'sdk' },
  { line, format: 'mjs', pipeline: 'safe' },
  { line, format: 'mjs', pipeline: 'own' },
]);

const hasDatabase = inject('postgresPort') > 0;

describe.each(SERVICES)('on $line, as $format, behind the processor $pipeline', (service) => {
  describe.skipIf(!hasDatabase || !canRun(service.line))('a service', () => {
    let agent: DevAgent;
    let agentUrl: string;
    let end: ServiceEnd;
    let spans: readonly TreeSpan[];

    beforeAll(async () => {
      agent = await startDevAgent();
      // So that a name is looked up for the Agent as well.
      agentUrl = agent.url.replace('127.0.0.1', 'localhost');
      end = await serveThree({ ...service, agentUrl });
      spans = agent.spans.map(treeSpan);
      return () => agent.close();
    });

    function spanOf(resource: string, isWanted = (_span: TreeSpan): boolean => true): TreeSpan {
      const found = spans.find((span) => span.resource === resource && isWanted(span));
      if (found === undefined) throw new Error(`no span ${resource}`);
      return found;
    }

    it('ends in order, and nobody warns of anything', () => {
      expect(end).toMatchObject({ ended: 0, stderr: '' });
      assertNoViolations(agent);
    });

    it('gets one trace for each request, and one for the look-up before it listens', () => {
      const trees = [...byTrace(spans).values()].map(treeOf).filter((tree) => tree.length > 0);

      expect(trees).toHaveLength(3);
      expect(trees).toEqual(
        expect.arrayContaining([firstCart(SENT), laterCart(SENT), brokenQuery(SENT)]),
      );
      expect(byTrace(spans).size).toBe(4);
    });

    it('has every span that the SDK ended in the Agent, once, and no other', () => {
      const received = spans.map(({ meta, spanId }) => `${meta['otel.trace_id']} ${spanId}`);

      expect(received.toSorted()).toEqual(idsOf(end.witnessed));
    });

    it('has no span about the Agent', () => {
      expect(agent.requests.length).toBeGreaterThan(1);
      expect(rootNames(end.witnessed)).toEqual(ROOTS);
      expect(spansAbout(agentUrl, end.witnessed)).toEqual([]);
      expect(agent.requests.filter(({ headers }) => 'traceparent' in headers)).toEqual([]);
    });

    it('says who it is on every span', () => {
      const said = spans.map(
        (span) => `${span.service} ${span.meta['env']} ${span.meta['version']}`,
      );

      expect([...new Set(said)]).toEqual(['shop prod 1.2.3']);
    });

    it('has the tags of a request that it served', () => {
      expect(spanOf('GET /carts/:id')).toMatchObject({
        parentId: '0',
        meta: {
          'http.method': 'GET',
          'http.route': '/carts/:id',
          'http.useragent': 'node',
          'url.path': '/carts/7',
        },
        metrics: { 'http.status_code': 200 },
      });
      expect(spanOf('GET /broken').metrics).toMatchObject({ 'http.status_code': 500 });
    });

    it('has the tags of its queries, with the database and where it is', () => {
      const where = { 'db.system.name': 'postgresql', 'http.server_name': 'localhost' };

      expect(spanOf(SENT.price)).toMatchObject({
        meta: { ...where, 'db.name': 'postgres', 'db.query.text': SENT.price },
        metrics: { 'server.port': inject('postgresPort') },
      });
      expect(spanOf(SENT.broken).meta).toMatchObject({
        ...where,
        'db.name': 'postgres',
        'error.msg': 'relation "no_such_table" does not exist',
      });
    });

    it.each([
      [
        'fetch',
        '@opentelemetry/instrumentation-undici',
        /^http:\/\/127\.0\.0\.1:\d+\/stock\/[78]$/u,
      ],
      [
        'node:http',
        '@opentelemetry/instrumentation-http',
        /^http:\/\/127\.0\.0\.1:\d+\/parcels\/[78]$/u,
      ],
    ])('has the tags of its own requests by %s', (_, scope, url) => {
      const { meta, metrics } = spanOf('GET', (span) => span.meta['otel.scope.name'] === scope);

      expect(meta).toMatchObject({ 'http.method': 'GET', 'http.server_name': '127.0.0.1' });
      expect(meta['http.url']).toMatch(url);
      expect(metrics).toMatchObject({ 'http.status_code': 200 });
    });
  });

  it.skipIf(!hasDatabase || !canRun(service.line))(
    'goes on with the trace of whoever asks it',
    async () => {
      const agent = await openScriptedAgent();
      const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
      await using running = await TracedService.start({ ...service, agentUrl: agent.url });
      await running.get('/stock/1', { traceparent: `00-${traceId}-${spanId}-01` });
      await running.stop();
      const trace = agent.traces.find((found) => found.traceId === traceId);

      expect(treeOf(trace?.spans.map(treeSpan) ?? [])).toEqual(served('/stock/:id'));
      expect(trace?.spans.map(({ parentId }) => parentId)).toContain(BigInt(`0x${spanId}`));
    },
  );
});
