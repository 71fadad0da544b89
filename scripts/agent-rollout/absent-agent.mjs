// Owns an Agent that goes away and comes back: a server on a Unix socket that accepts every request.
// A Unix socket, because the port of an Agent that is away may be taken by somebody else.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class AbsentAgent {
  #directory = mkdtempSync(join(tmpdir(), 'dd-rollout-'));
  #server;

  get #socketPath() {
    return join(this.#directory, 'apm.socket');
  }

  get url() {
    return `unix://${this.#socketPath}`;
  }

  async comeBack() {
    this.#server = createServer((request, response) => {
      request.resume().once('end', () => response.end('{}'));
    });
    this.#server.listen(this.#socketPath);
    await once(this.#server, 'listening');
  }

  /** Cuts its connections; whoever connects now is told that nobody is there. */
  async leave() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose]() {
    await this.leave();
    rmSync(this.#directory, { recursive: true });
  }
}
