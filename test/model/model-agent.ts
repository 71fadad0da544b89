// Owns the Agent of a model run, in place of all connections: what it takes and what it answers, in
// virtual time. The true connection is tested against sockets in test/transport and test/faults.

import { vi } from 'vitest';
import { onAbort } from '../../src/lang/abort.js';
import { type Dispose, nothingToDispose } from '../../src/lang/clock.js';
import { settleOnce } from '../../src/lang/settle-once.js';
import { AgentConnection } from '../../src/transport/agent-connection.js';
import type { OnStep, Sendable } from '../../src/transport/connection.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { decodeStrictly } from '../support/encoding.js';
import type { Weather } from './plan.js';
import type { VirtualTime } from './virtual-time.js';

/** Hears what is sent and how it ends, in the process that sends it. */
export interface TrafficObserver {
  sent(spanIds: readonly string[], nowMillis: number): void;
  ended(spanIds: readonly string[], outcome: SendOutcome, times: ExchangeTimes): void;
}

export interface ExchangeTimes {
  readonly startMillis: number;
  readonly endMillis: number;
  /** For which no timer could fire meanwhile. */
  readonly spentMillis: number;
}

interface Exchange {
  readonly connection: AgentConnection;
  readonly spanIds: readonly string[];
  /** Whether the process that sends it is still ours. */
  isOurs: boolean;
}

/** What becomes of a request: whether its spans are kept, and what the sender hears of it and when. */
interface Course {
  readonly isTaken: boolean;
  readonly afterMillis: number;
  readonly outcome: SendOutcome;
}

/** Longer than an attempt may take. */
const LATE_MILLIS = 1_000;

export class ModelAgent {
  weather: Weather = 'accepts';
  readonly #time: VirtualTime;
  readonly #observer: TrafficObserver;
  readonly #latencyMillis: number;
  readonly #underWay = new Set<Exchange>();
  readonly #abandoned = new WeakSet<AgentConnection>();
  readonly #taken = new Map<string, number>();
  readonly #unanswered = new Set<string>();

  constructor(time: VirtualTime, latencyMillis: number, observer: TrafficObserver) {
    this.#time = time;
    this.#latencyMillis = latencyMillis;
    this.#observer = observer;
  }

  /** Takes the place of all connections until it is disposed. */
  install(): Dispose {
    const { prototype } = AgentConnection;
    const send = (
      connection: AgentConnection,
      payload: Sendable,
      signal: AbortSignal,
      onStep: OnStep,
    ) => {
      onStep('connecting');
      return this.#send(connection, payload, signal);
    };
    const abandon = (connection: AgentConnection): void => this.#abandon(connection);
    const spies = [
      vi.spyOn(prototype, 'send').mockImplementation(function (this: AgentConnection, ...given) {
        return send(this, ...given);
      }),
      vi.spyOn(prototype, 'abandon').mockImplementation(function (this: AgentConnection) {
        abandon(this);
      }),
    ];
    return () => {
      for (const spy of spies) spy.mockRestore();
    };
  }

  /** Requests of our process that have not ended. */
  get underWay(): number {
    return [...this.#underWay].filter(({ isOurs }) => isOurs).length;
  }

  /** Spans that it took several times, though each of its answers came through. */
  get duplicates(): readonly string[] {
    return [...this.#taken]
      .filter(([spanId, times]) => times > 1 && !this.#unanswered.has(spanId))
      .map(([spanId]) => spanId);
  }

  #send(connection: AgentConnection, payload: Sendable, signal: AbortSignal): Promise<SendOutcome> {
    if (signal.aborted) return Promise.resolve({ kind: 'cancelled', attempts: 0 });
    if (this.#abandoned.has(connection)) return new Promise(() => undefined);
    if ([...this.#underWay].some((other) => other.connection === connection)) {
      throw new Error('two requests at a time on one connection');
    }
    const chunks = decodeStrictly(payload.body);
    const spanIds = chunks.flat().map(({ spanId }) => spanId.toString(16).padStart(16, '0'));
    const exchange: Exchange = { connection, spanIds, isOurs: true };
    this.#underWay.add(exchange);
    this.#observer.sent(spanIds, this.#time.nowMillis);
    return this.#answer(exchange, signal);
  }

  #answer(exchange: Exchange, signal: AbortSignal): Promise<SendOutcome> {
    const { nowMillis: startMillis, spentMillis: spentBefore } = this.#time;
    const { isTaken, afterMillis, outcome } = courseOf(this.weather, this.#latencyMillis);
    return new Promise((resolve) => {
      let stopTimer = nothingToDispose;
      let stopListening = nothingToDispose;
      const settle = settleOnce<SendOutcome>((end) => {
        stopTimer();
        stopListening();
        this.#underWay.delete(exchange);
        if (isTaken) this.#take(exchange.spanIds, end.kind === 'accepted');
        const endMillis = this.#time.nowMillis;
        const times = { startMillis, endMillis, spentMillis: this.#time.spentMillis - spentBefore };
        if (exchange.isOurs) this.#observer.ended(exchange.spanIds, end, times);
        resolve(end);
      });
      stopTimer = this.#time.after(afterMillis, () => settle(outcome));
      stopListening = onAbort(signal, () => settle({ kind: 'cancelled', attempts: 1 }));
    });
  }

  #take(spanIds: readonly string[], isAnswered: boolean): void {
    for (const spanId of spanIds) {
      this.#taken.set(spanId, (this.#taken.get(spanId) ?? 0) + 1);
      if (!isAnswered) this.#unanswered.add(spanId);
    }
  }

  #abandon(connection: AgentConnection): void {
    this.#abandoned.add(connection);
    for (const exchange of this.#underWay) {
      if (exchange.connection === connection) exchange.isOurs = false;
    }
  }
}

function courseOf(weather: Weather, latencyMillis: number): Course {
  const answer = (status: number, retryAfter: readonly string[] = []): Course => ({
    isTaken: status === 200,
    afterMillis: latencyMillis,
    outcome: {
      kind: status === 200 ? 'accepted' : 'rejected',
      reply: { status, ratesVersion: undefined, retryAfter, text: '' },
    },
  });
  const breaking = (isTaken: boolean, at: 'connect' | 'socket', code: string): Course => {
    const cause = Object.assign(new Error(code), { code });
    return { isTaken, afterMillis: latencyMillis, outcome: { kind: 'broken', at, cause } };
  };
  switch (weather) {
    case 'accepts':
      return answer(200);
    case 'acceptsLate':
      return { ...answer(200), afterMillis: LATE_MILLIS };
    case 'losesReplies':
      return breaking(true, 'socket', 'ECONNRESET');
    case 'refusesConnections':
      return breaking(false, 'connect', 'ECONNREFUSED');
    case 'hangs':
      return { ...answer(503), afterMillis: Infinity };
    case 'breaksConnections':
      return breaking(false, 'socket', 'ECONNRESET');
    case 'refuses':
      return answer(400);
    case 'findsTooLarge':
      return answer(413);
    case 'isBusy':
      return answer(429);
    case 'isUnavailable':
      return answer(503);
    case 'isBackSoon':
      return answer(503, ['1']);
    case 'isAwayForLong':
      return answer(503, ['60']);
  }
}
