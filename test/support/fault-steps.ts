// Owns what a misbehaving peer can do, as steps of a script. A step names what it does on the wire.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, Script, Step } from './fault-server.js';
import { firstOf } from './socket-reader.js';

/** Reads the request to its end and takes note of it. */
export const readAll: Step = async (exchange) => {
  const head = await exchange.reader.head();
  exchange.received(head, await exchange.reader.bytes(contentLengthOf(head)));
};

/** Reads the head of the request. */
export const readHead: Step = ({ reader }) => reader.head();

/** Reads so many bytes of the body, once its head was read. */
export function readBody(bytes: number): Step {
  return ({ reader }) => reader.bytes(bytes);
}

/** Reads all but the last bytes of the request. */
export function readAllBut(bytes: number): Step {
  return async ({ reader }) => {
    await reader.bytes(contentLengthOf(await reader.head()) - bytes);
  };
}

/** Writes these bytes. */
export function send(text: string | Uint8Array): Step {
  const [, status] = /^HTTP\/1\.1 ([2-9]\d\d) /.exec(String(text)) ?? [];
  return async (exchange) => {
    const { socket } = exchange;
    if (status !== undefined) exchange.answered(Number(status));
    if (!socket.write(text)) await drained({ socket });
  };
}

/** Lets so much time pass. */
export function pause(millis: number): Step {
  return () => delay(millis);
}

/** Reads so many bytes at a time, with a pause after each, for as long as the peer writes. */
export function sip(bytes: number, pauseMillis: number): Step {
  return async ({ socket, reader }) => {
    while (!socket.destroyed) {
      await reader.bytes(bytes);
      await delay(pauseMillis);
    }
  };
}

/** Writes piece by piece, with a pause after each. */
export function drip(pieces: readonly string[], pauseMillis: number): Step {
  return async ({ socket }) => {
    for (const piece of pieces) {
      if (socket.destroyed) return;
      socket.write(piece);
      await delay(pauseMillis);
    }
  };
}

/** Writes the same bytes over and over until the peer has had enough. */
export function flood(text: string): Step {
  return async ({ socket }) => {
    while (!socket.destroyed) if (!socket.write(text)) await drained({ socket });
  };
}

/** Does nothing more until the peer gives up. */
export const stall: Step = async ({ socket }) => {
  socket.resume();
  if (!socket.destroyed) await once(socket, 'close');
};

/** Neither reads nor writes until the test thaws it: the peer's window fills up. */
export const freeze: Step = async ({ socket }) => {
  if (!socket.destroyed) await once(socket, 'close');
};

/** Closes its side in an orderly way. */
export const fin: Step = ({ socket }) => {
  socket.resume().end();
};

/** Closes its side, and reads nothing more. */
export const halfClose: Step = ({ socket }) => {
  socket.end();
};

/** Closes the socket, as the real Agent does when it was idle: what comes now is answered by a reset. */
export const hangUp: Step = ({ socket }) => {
  socket.destroy();
};

/** Resets the connection; what was not read is thrown away. */
export const rst: Step = ({ socket }) => {
  if ('resetAndDestroy' in socket && socket.remoteFamily !== undefined) socket.resetAndDestroy();
  else socket.destroy(); // a Unix socket has no RST; unread data makes it ECONNRESET
};

export interface Answer {
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A whole response. */
export function reply(status: number, { headers = [], body = '{}' }: Answer = {}): Step {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return send([`HTTP/1.1 ${status} X`, length, ...headers, '', body].join('\r\n'));
}

/** What a healthy Agent does. */
export const ACCEPT: Script = [readAll, reply(200)];

/** Reads the request and answers. */
export function answer(status: number, extra?: Answer): Script {
  return [readAll, reply(status, extra)];
}

async function drained({ socket }: Pick<Exchange, 'socket'>): Promise<void> {
  if (!socket.destroyed) await firstOf(socket, ['drain', 'close']);
}

function contentLengthOf(head: string): number {
  const [, digits] = /content-length: (\d+)/i.exec(head) ?? [];
  if (digits === undefined) throw new Error(`no length in ${head}`);
  return Number(digits);
}
