// Owns the TCP and the Unix socket listener of one development Agent, either of which may be
// missing. Knows nothing of what they receive.

import type { Server } from 'node:http';
import { describeAgent } from './agent-info.js';
import type { DevAgentOptions } from './dev-agent-options.js';
import { closeServer, listenOnTcp, listenOnUnixSocket, portOf } from './http-listener.js';
import { createRequestHandler, type RequestHandlerOptions } from './request-handler.js';
import type { TraceIntake } from './trace-intake.js';

/** Listens where the options say, and knows the addresses. */
export class ListenerPair {
  readonly #handlerOptions: RequestHandlerOptions;
  #tcp: Server | undefined;
  #unix: Server | undefined;
  #port: number | undefined;
  #socketPath: string | undefined;

  constructor(intake: TraceIntake) {
    this.#handlerOptions = {
      intake,
      describeAgent: () => describeAgent({ port: this.#port, socketPath: this.#socketPath }),
    };
  }

  get tcpUrl(): string | undefined {
    return this.#port === undefined ? undefined : `http://127.0.0.1:${this.#port}`;
  }

  get unixUrl(): string | undefined {
    return this.#socketPath === undefined ? undefined : `unix://${this.#socketPath}`;
  }

  async open({ port, socketPath }: DevAgentOptions): Promise<void> {
    if (port !== undefined || socketPath === undefined) {
      const handler = createRequestHandler(this.#handlerOptions, 'tcp');
      this.#tcp = await listenOnTcp(port ?? 0, handler);
      this.#port = portOf(this.#tcp);
    }
    if (socketPath !== undefined) {
      const handler = createRequestHandler(this.#handlerOptions, 'unix');
      this.#unix = await listenOnUnixSocket(socketPath, handler);
      this.#socketPath = socketPath;
    }
  }

  async close(): Promise<void> {
    const servers = [this.#tcp, this.#unix].filter((server) => server !== undefined);
    await Promise.all(servers.map(closeServer));
  }
}
