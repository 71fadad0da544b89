// Owns what the tables of rules have in common: a row, the sending of its payload, and the violation
// that is expected.

import { expect } from 'vitest';
import type { DevAgent, ViolationEffect } from '../../src/dev-agent/index.js';
import { sendPayload, type ClientReply, type ClientRequest } from './agent-client.js';
import { openAgent } from './open-agents.js';
import type { WireBytes } from './wire-bytes.js';

/** A payload that breaks one rule, at one place. */
export type Row = [rule: string, path: string, body: WireBytes];

export type Headers = NonNullable<ClientRequest['headers']>;

export async function send(
  body: WireBytes,
  headers: Headers = {},
): Promise<{ agent: DevAgent; reply: ClientReply }> {
  const agent = await openAgent();
  const reply = await sendPayload(agent.url, body, { headers });
  return { agent, reply };
}

/** Matches a violation with any message that says more than a word. */
export function violation(rule: string, effect: ViolationEffect, path: string): unknown {
  const message: unknown = expect.stringMatching(/.{15,}/);
  return { rule, effect, path, message };
}
