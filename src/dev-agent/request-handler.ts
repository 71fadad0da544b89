// Owns which path is answered by what, and the writing of replies. Shared by both listeners.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { agentState, AGENT_VERSION, INFO_PATH, TRACES_PATH } from './agent-info.js';
import { jsonReply, textReply, type AgentReply } from './agent-reply.js';
import { CROSS_SITE_REJECTED, isCrossSite } from './header-rules.js';
import type { Listener } from './received-request.js';
import type { TraceIntake } from './trace-intake.js';

/** What an HTTP server calls for each request; never throws. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface RequestHandlerOptions {
  readonly intake: TraceIntake;
  /** The document at `/info`. */
  readonly describeAgent: () => string;
}

const TRACE_METHODS: ReadonlySet<string> = new Set(['PUT', 'POST']);

export function createRequestHandler(
  options: RequestHandlerOptions,
  via: Listener,
): RequestHandler {
  return (request, response) => {
    // The client may be gone before the reply is written, which is no error here.
    response.on('error', () => response.destroy());
    void answer(options, request, via)
      .catch(internalError)
      .then((reply) => writeReply(response, reply, options))
      .catch(() => response.destroy());
  };
}

async function answer(
  { intake, describeAgent }: RequestHandlerOptions,
  request: IncomingMessage,
  via: Listener,
): Promise<AgentReply | undefined> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const method = request.method ?? '';
  if (path === TRACES_PATH && TRACE_METHODS.has(method)) return intake.take(request, path, via);
  request.resume();
  if (isCrossSite(request.headers['sec-fetch-site'])) return textReply(403, CROSS_SITE_REJECTED);
  if (path === INFO_PATH && method === 'GET') return jsonReply(describeAgent());
  return textReply(404, '404 page not found');
}

function writeReply(
  response: ServerResponse,
  reply: AgentReply | undefined,
  { describeAgent }: RequestHandlerOptions,
): void {
  if (reply === undefined || response.destroyed) {
    response.destroy();
    return;
  }
  const headers = {
    'datadog-agent-version': AGENT_VERSION,
    'datadog-agent-state': agentState(describeAgent()),
    ...reply.headers,
    ...(hasBody(reply) ? { 'content-length': String(Buffer.byteLength(reply.body)) } : {}),
  };
  response.writeHead(reply.status, headers).end(reply.body);
}

/** Source: RFC 9110, 8.6: no length where there is no body. undici closes a connection on which one was announced. */
function hasBody({ status }: AgentReply): boolean {
  return status >= 200 && status !== 204;
}

function internalError(error: unknown): AgentReply {
  return textReply(500, error instanceof Error ? error.message : String(error));
}
