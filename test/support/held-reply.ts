// Owns a reply that the Agent holds back until the test lets it go.

import type { DevAgentReply } from '../../src/dev-agent/index.js';

export interface HeldReply {
  readonly reply: Promise<DevAgentReply>;
  release(reply?: DevAgentReply): void;
}

export function holdReply(): HeldReply {
  let settle: ((reply: DevAgentReply) => void) | undefined;
  const reply = new Promise<DevAgentReply>((resolve) => {
    settle = resolve;
  });
  return { reply, release: (answer = {}) => settle?.(answer) };
}
