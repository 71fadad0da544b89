// Owns the proof that what an instrumented service sends is right in the Datadog Agent's own code: one
// trace for each request, nothing dropped or repaired, statistics by peer. Needs Go.

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { AgentProcess } from '../agent-process.js';
import type { StatsGroup } from '../received.js';
import { brokenQuery, firstCart, laterCart, type Statements } from './expected-traces.js';
import { canRun, SDK_LINES } from './sdk-line.js';
import { byTrace, type TreeSpan, treeOf, treeSpan } from './span-tree.js';
import { type ServiceEnd, serveThree, type TracedServiceOptions } from './traced-service.js';

interface Service extends Pick<TracedServiceOptions, 'line' | 'format' | 'pipeline'> {
  readonly over: 'tcpUrl' | 'socketUrl';
}

/** What the Agent counts when it throws away or repairs. */
const LOSSES = /\.normalizer\.|dropped|refused|timeout|filtered|rejected|errors$|retries$/u;

const OBFUSCATED: Statements = {
  price: 'SELECT ? * ? :: int',
  broken: 'SELECT ? FROM no_such_table',
  poolConnect: 'pg - pool.connect',
};

/** By what the Agent tells one database from another. */
const DATABASE = [
  'db.name:postgres',
  'db.namespace:postgres',
  'db.system.name:postgresql',
  'http.server_name:localhost',
];

const SERVICES: readonly Service[] = SDK_LINES.flatMap((line): Service[] => [
  { line, format: 'cjs', pipeline: 'exporter', over: 'socketUrl' },
  { line, format: 'cjs', pipeline: 'own', over: 'tcpUrl' },
  { line, format: 'mjs', pipeline: 'exporter', over: 'tcpUrl' },
  { line, format: 'mjs', pipeline: 'own', over: 'socketUrl' },
]);

const program = inject('agentProgram');
const canTest = program !== '' && inject('postgresPort') > 0;

describe.each(SERVICES)('on $line, as $format, with $pipeline, to the $over', (service) => {
  describe.skipIf(!canTest || !canRun(service.line))('a service', () => {
    let end: ServiceEnd;
    let spans: readonly TreeSpan[];
    let lost: readonly string[];
    let groups: readonly StatsGroup[];

    beforeAll(async () => {
      await using agent = await AgentProcess.start(program);
      end = await serveThree({ ...service, agentUrl: agent[service.over] });
      await agent.flush();
      const payloads = await agent.received();
      spans = payloads
        .flatMap(({ chunks }) => chunks.flatMap((chunk) => chunk.spans))
        .map(treeSpan);
      const counters = await agent.counters();
      lost = counters.map(({ name }) => name).filter((name) => LOSSES.test(name));
      const stats = await agent.stats();
      groups = stats.flatMap(({ buckets }) => buckets.flatMap((bucket) => bucket.groups));
    });

    it('ends in order, and nobody warns of anything', () => {
      expect(end).toMatchObject({ ended: 0, stderr: '' });
      expect(lost).toEqual([]);
    });

    it('gets one trace for each request, and one for the look-up before it listens', () => {
      const trees = [...byTrace(spans).values()].map(treeOf).filter((tree) => tree.length > 0);

      expect(trees).toHaveLength(3);
      expect(trees).toEqual(
        expect.arrayContaining([
          firstCart(OBFUSCATED),
          laterCart(OBFUSCATED),
          brokenQuery(OBFUSCATED),
        ]),
      );
      expect(byTrace(spans).size).toBe(4);
    });

    it.each([
      ['GET /carts/:id', 2, []],
      ['GET /broken', 1, []],
      ['GET', 4, ['http.server_name:127.0.0.1']],
      [OBFUSCATED.price, 2, DATABASE],
      [OBFUSCATED.broken, 1, DATABASE],
    ])('counts %s %d times, with its peers', (resource, hits, peers) => {
      const counted = groups.filter((group) => group.resource === resource);

      expect(counted.reduce((sum, group) => sum + group.hits, 0)).toBe(hits);
      expect(new Set(counted.flatMap(({ peerTags }) => peerTags))).toEqual(new Set(peers));
    });

    it('counts the failed request and the failed query as errors', () => {
      const failed = groups.filter(({ errors }) => errors > 0);

      expect(failed.map(({ resource, errors }) => `${errors} ${resource}`).toSorted()).toEqual([
        '1 GET /broken',
        `1 ${OBFUSCATED.broken}`,
      ]);
    });
  });
});
