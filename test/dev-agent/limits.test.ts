import { Agent } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sendPayload } from './agent-client.js';
import { openAgent } from './open-agents.js';
import { send } from './rule-row.js';
import { singleSpan } from './sample-payload.js';
import { bin, float64, int64, map, record, str, uint64, type WireBytes } from './wire-bytes.js';

describe('a payload at the limits', () => {
  const rows: readonly [what: string, body: WireBytes][] = [
    [
      'the longest names',
      singleSpan({ service: str('s'.repeat(100)), type: str('t'.repeat(100)) }),
    ],
    ['the longest resource', singleSpan({ resource: str('r'.repeat(5000)) })],
    [
      'the longest tag',
      singleSpan({ meta: record({ ['k'.repeat(200)]: str('v'.repeat(25_000)) }) }),
    ],
    ['a document', singleSpan({ meta: record({ '_dd.stack.json': str('v'.repeat(25_001)) }) })],
    ['status 599', singleSpan({ meta: record({ 'http.status_code': str('599') }) })],
    ['the earliest start', singleSpan({ start: uint64(946_684_800_000_000_000n) })],
    ['every width of a number', singleSpan({ metrics: metricsOfEveryWidth() })],
    ['a deep value nobody knows', singleSpan({ meta_struct: record({ k: bin([0x91, 0xc0]) }) })],
  ];

  it.each(rows)('has no violation: %s', async (_, body) => {
    const { agent } = await send(body);

    expect(agent.violations).toEqual([]);
    expect(agent.spans).toHaveLength(1);
  });

  it('shows numbers of every width', async () => {
    const { agent } = await send(singleSpan({ metrics: metricsOfEveryWidth() }));

    expect(Object.values(agent.spans[0]?.metrics ?? {})).toEqual([
      127, -32, 255, 65_535, 4_294_967_295, 1, -128, -32_768, -2_147_483_648, -1, 0.5,
    ]);
  });
});

describe('a hostile payload', () => {
  it('of very many broken chunks is answered, with a bounded list of violations', async () => {
    const chunks = 20_000;
    const body = [
      0xdd,
      0,
      0,
      chunks >> 8,
      chunks & 0xff,
      ...Array.from({ length: chunks }, () => 0x90),
    ];

    const { agent, reply } = await send(body, { 'x-datadog-trace-count': String(chunks) });

    expect(reply.status).toBe(200);
    expect(agent.requests[0]?.chunks).toHaveLength(chunks);
    expect(agent.violations).toHaveLength(1000);
    expect(agent.spans).toEqual([]);
  });

  it('is answered 200 or 400 wherever a byte of a correct one is spoilt', async () => {
    const agent = await openAgent();
    const client = new Agent({ keepAlive: true });
    const correct = singleSpan();
    const statuses = new Set<number>();

    for (const index of correct.keys()) {
      const body = correct.with(index, 0xc1);
      statuses.add((await sendPayload(agent.url, body, { agent: client })).status);
    }
    client.destroy();

    expect(statuses).toEqual(new Set([200, 400]));
    expect(agent.requests).toHaveLength(correct.length);
  });
});

function metricsOfEveryWidth(): WireBytes {
  const values: readonly WireBytes[] = [
    [0x7f],
    [0xe0],
    [0xcc, 0xff],
    [0xcd, 0xff, 0xff],
    [0xce, 0xff, 0xff, 0xff, 0xff],
    uint64(1n),
    [0xd0, 0x80],
    [0xd1, 0x80, 0],
    [0xd2, 0x80, 0, 0, 0],
    int64(-1n),
    float64(0.5),
  ];
  return map(values.map((value, index) => [str(`m${index}`), value]));
}
