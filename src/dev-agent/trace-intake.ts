// Owns a trace request from its body to its reply: judges it, records it, and lets `respond` change
// the reply. Does not write to the socket.

import type { IncomingMessage } from 'node:http';
import { MAX_REQUEST_BYTES } from './agent-limits.js';
import {
  checkReply,
  isSuccess,
  replaceReply,
  replyTo,
  textReply,
  tooLargeReply,
} from './agent-reply.js';
import type { AgentReply, SampleRates } from './agent-reply.js';
import { readBody } from './body-reader.js';
import { ConnectionNumbers } from './connection-numbers.js';
import type { DevAgentOptions } from './dev-agent-options.js';
import type { Headers } from './header-rules.js';
import type { Listener, ReceivedRequest } from './received-request.js';
import type { Recording } from './recording.js';
import { emptyRecord } from './tag-record.js';
import { judge, type Verdict } from './verdict.js';

interface TraceIntakeOptions {
  readonly recording: Recording;
  readonly rates: SampleRates;
  readonly respond: DevAgentOptions['respond'];
}

/** Takes trace requests, whichever listener they came in on. */
export class TraceIntake {
  readonly #options: TraceIntakeOptions;
  readonly #connections = new ConnectionNumbers();

  constructor(options: TraceIntakeOptions) {
    this.#options = options;
  }

  /** The reply, or `undefined` if the client went away before its payload was complete. */
  async take(
    message: IncomingMessage,
    path: string,
    via: Listener,
  ): Promise<AgentReply | undefined> {
    const connection = this.#connections.numberOf(message.socket);
    const { remotePort } = message.socket;
    const arrival = await readBody(message);
    if (arrival.outcome === 'aborted') return undefined;
    if (arrival.outcome === 'too-large') return this.#refuseSize(arrival.bodyBytes);

    const headers = plainHeaders(message);
    const verdict = judge(headers, arrival.body);
    const request: ReceivedRequest = {
      method: message.method ?? '',
      path,
      headers,
      via,
      connection,
      ...(via === 'tcp' && remotePort !== undefined && { remotePort }),
      bodyBytes: arrival.body.byteLength,
      body: arrival.body,
      chunks: verdict.outcome === 'accepted' ? verdict.chunks : [],
      violations: verdict.violations,
    };
    return this.#answer(request, verdict);
  }

  async #answer(request: ReceivedRequest, verdict: Verdict): Promise<AgentReply> {
    const { recording, rates, respond } = this.#options;
    recording.addRequest(request);
    const normal = replyTo(verdict, request.headers, rates);
    const reply = await this.#override(normal, () => respond?.(request));
    const isTaken = verdict.outcome === 'accepted' && isSuccess(reply);
    recording.addReply(request, isTaken ? verdict.keptChunks.flat() : []);
    return reply;
  }

  async #override(
    normal: AgentReply,
    respond: () => ReturnType<NonNullable<DevAgentOptions['respond']>>,
  ): Promise<AgentReply> {
    try {
      return checkReply(replaceReply(normal, await respond()));
    } catch (error) {
      // `respond` is the user's: whatever it throws must not end the process.
      return textReply(500, error instanceof Error ? error.message : String(error));
    }
  }

  #refuseSize(bodyBytes: number): AgentReply {
    this.#options.recording.addViolation({
      rule: 'payload-too-large',
      effect: 'refused',
      path: 'payload',
      message: `${bodyBytes} bytes; the Agent takes less than ${MAX_REQUEST_BYTES}`,
    });
    return tooLargeReply();
  }
}

function plainHeaders(message: IncomingMessage): Headers {
  const headers = emptyRecord<string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
