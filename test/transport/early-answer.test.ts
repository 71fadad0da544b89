import { describe, expect, it } from 'vitest';
import type { Sendable } from '../../src/transport/send-outcome.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { ACCEPT, fin, flood, readHead, reply, send as wire } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { connectTo, send } from './open-connection.js';

/** More than the buffers of the kernel hold. */
const LARGE: Sendable = { body: new Uint8Array(24 * 1_024 * 1_024), chunkCount: 1 };
const NEVER = new AbortController().signal;

describe.each(['tcp', 'unix'] as const)(
  'an answer at the head of a large request, over %s',
  (over) => {
    it('counts as accepted when the body is written, on a connection that is kept', async () => {
      let bodyBytes = 0;
      const readRest: Step = async ({ reader }) => {
        bodyBytes = (await reader.bytes(LARGE.body.length)).length;
      };
      const server = await openFaultServer({
        over,
        scripts: [[readHead, reply(200), readRest], ACCEPT],
      });
      const connection = connectTo(server.url);

      expect(await connection.send(LARGE, NEVER)).toMatchObject({ kind: 'accepted' });
      await until('the whole body', () => bodyBytes === LARGE.body.length);
      expect(await send(connection)).toMatchObject({ kind: 'accepted' });

      expect(server.accepted).toBe(1);
    });

    it.each<[string, Script]>([
      ['with a whole answer', [reply(200), fin]],
      [
        'in the middle of the answer',
        [wire('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}'), fin],
      ],
      ['as the answer is too large', [wire('HTTP/1.1 200 OK\r\n\r\n'), flood('x'.repeat(65_536))]],
    ])('is none if the connection ends before, %s', async (_, steps) => {
      const server = await openFaultServer({ over, scripts: [[readHead, ...steps], ACCEPT] });
      const connection = connectTo(server.url);

      expect(await connection.send(LARGE, NEVER)).toMatchObject({ kind: 'broken', at: 'socket' });

      expect(await send(connection)).toMatchObject({ kind: 'accepted' });
      expect(server.accepted).toBe(2);
    });
  },
);
