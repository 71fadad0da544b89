// Owns a connection that sends nothing and settles when the test says so. The real one is
// `AgentConnection`, tested against real sockets in test/transport.

import type { Connection, OnStep, Sendable } from '../../src/transport/connection.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';

interface Sent {
  readonly payload: Sendable;
  readonly signal: AbortSignal;
  readonly onStep: OnStep;
  settle(outcome: SendOutcome): void;
}

export const ACCEPTED: SendOutcome = {
  kind: 'accepted',
  reply: { status: 200, ratesVersion: undefined, retryAfter: [], text: '' },
};

export function rejected(status: number, retryAfter: readonly string[] = []): SendOutcome {
  return { kind: 'rejected', reply: { status, ratesVersion: undefined, retryAfter, text: '' } };
}

export class FakeConnection implements Connection {
  readonly sent: Sent[] = [];
  isClosed = false;
  hasWritten = false;
  onSend: () => void = () => undefined;

  send(payload: Sendable, signal: AbortSignal, onStep: OnStep): Promise<SendOutcome> {
    this.onSend();
    onStep('connecting');
    onStep('requesting');
    return new Promise((settle) => {
      this.sent.push({ payload, signal, onStep, settle });
    });
  }

  close(): void {
    this.isClosed = true;
  }

  abandon(): void {
    this.sent.length = 0;
  }
}
