import { describe, expect, it } from 'vitest';
import type { Sendable } from '../../src/transport/send-outcome.js';
import { openFaultServer, type Step } from '../support/fault-server.js';
import { ACCEPT, fin, readHead, reply } from '../support/fault-steps.js';
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

    it('is none if the connection ends before', async () => {
      const server = await openFaultServer({
        over,
        scripts: [[readHead, reply(200), fin], ACCEPT],
      });
      const connection = connectTo(server.url);

      expect(await connection.send(LARGE, NEVER)).toMatchObject({ kind: 'broken', at: 'socket' });

      expect(await send(connection)).toMatchObject({ kind: 'accepted' });
      expect(server.accepted).toBe(2);
    });
  },
);
