import { describe, expect, it } from 'vitest';
import { openAgentProcess } from '../freeze/agent-process.js';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { temporarySocketPath } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';
import { openExporter } from './watched-exporter.js';

const lines = captureDiag();

describe.each(['tcp', 'unix'] as const)(
  'an Agent that is a process of its own, over %s,',
  (over) => {
    const address = () => (over === 'unix' ? { socketPath: temporarySocketPath() } : { port: 0 });

    it('A13: may be killed and started again between two exports', async () => {
      const agent = await openAgentProcess(address());
      const exporter = openExporter({ url: agent.url, maxRetries: 0 });
      expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });

      await agent.restart();

      expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
      await until('both spans', () => agent.spanIds.length >= 2);
      expect(new Set(agent.spanIds).size).toBe(agent.spanIds.length);
      expect(lines).toEqual([]);
    });

    it.each([
      ['on a connection that it has kept', 1],
      ['on a new connection', 0],
    ])('B6: may be stopped in the middle, %s, and go on', async (_where, before) => {
      const agent = await openAgentProcess(address());
      const limits = { attemptTimeoutMillis: 600, connectTimeoutMillis: 600, maxRetries: 1 };
      const exporter = openExporter({ url: agent.url, ...limits });
      for (let count = 0; count < before; count++) await exportSpans(exporter, makeSpans(1));

      agent.freeze();
      const { error } = await exportSpans(exporter, makeSpans(3));

      expect(error).toMatchObject({ kind: 'timeout', attempts: 2, lostSpans: 3 });
      agent.thaw();
      expect(await exportSpans(exporter, makeSpans(2))).toEqual({ code: 0 });
      // What the kernel had taken for the Agent comes as well: both attempts, though nobody waits any more.
      await until('all spans', () => new Set(agent.spanIds).size === before + 2 + 3);
    });
  },
);
