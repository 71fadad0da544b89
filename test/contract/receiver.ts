// Owns a receiver that decides for each request anew what to do with it, and knows by id which spans it
// holds and for which of them its answer was lost.

import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { decodeStrictly } from '../support/encoding.js';
import {
  type FaultServer,
  openFaultServer,
  type Script,
  type Step,
} from '../support/fault-server.js';
import { hangUp, readAll, readAllBut, reply, rst } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';

/** What may become of a request. */
export type Fate =
  | 'accepted'
  /** 503. */
  | 'unavailable'
  /** The connection breaks before the request was taken. */
  | 'broken'
  /** 400. */
  | 'refused'
  /** Taken, and the connection breaks before the answer: the sender cannot know. */
  | 'unanswered';

export interface Receiver {
  readonly url: string;
  /** Ids of the spans that it took, as often as it took them. */
  readonly taken: readonly string[];
  /** Ids of those that it took without an answer at least once. */
  readonly unanswered: ReadonlySet<string>;
  /** Requests by what became of them. */
  readonly fates: ReadonlyMap<Fate, number>;
}

const readWithoutTaking = readAllBut(0);
const SCRIPTS: Readonly<Record<Exclude<Fate, 'unanswered'>, Script>> = {
  accepted: [readAll, reply(200)],
  unavailable: [readWithoutTaking, reply(503)],
  broken: [readWithoutTaking, rst],
  refused: [readWithoutTaking, reply(400)],
};

export async function openReceiver(over: Listening, nextFate: () => Fate): Promise<Receiver> {
  const unanswered = new Set<string>();
  const fates = new Map<Fate, number>();
  const takeInSilence: Step = async (exchange) => {
    const received = (head: string, body: Uint8Array): void => {
      for (const span of decodeStrictly(body).flat()) unanswered.add(idOf(span));
      exchange.received(head, body);
    };
    await readAll({ ...exchange, received });
  };
  const decide: Step = async (exchange) => {
    const fate = nextFate();
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
    const script = fate === 'unanswered' ? [takeInSilence, hangUp] : SCRIPTS[fate];
    for (const step of script) await step(exchange);
  };
  const server = await openFaultServer({ over, scripts: [[decide]] });
  return {
    url: server.url,
    get taken() {
      return idsIn(server);
    },
    unanswered,
    fates,
  };
}

function idsIn({ spans }: FaultServer): readonly string[] {
  return spans.map((span) => idOf(span));
}

function idOf({ spanId }: ReceivedSpan): string {
  return spanId.toString(16).padStart(16, '0');
}
