// Owns a reply that a test holds back until it wants it sent.

import type { DevAgentReply } from '../../src/dev-agent/index.js';

/** Give `promise` to `respond`, and `release` a reply later. */
export class HeldReply {
  #resolve: ((reply: DevAgentReply) => void) | undefined;

  readonly promise: Promise<DevAgentReply> = new Promise((resolve) => {
    this.#resolve = resolve;
  });

  release(reply: DevAgentReply): void {
    this.#resolve?.(reply);
  }
}
