// Owns the code of the blocking sender's worker thread, as text because it runs where there may be no
// files. Uses Node's own HTTP client for the same reason.

import { MAX_REPLY_BYTES } from './reply.js';

/**
 * The first element of `statuses` counts settled requests; any other is an HTTP status or one of these five. Here, the
 * request has not begun.
 */
export const NO_OUTCOME = 0;
/** Its time is up, and it must not begin: its spans have been counted as lost. */
export const GIVEN_UP = -3;
/** The request is opening its connection. */
export const STARTED = -2;
/** The request has its connection. */
export const CONNECTED = -4;
/** The request failed; its part of `codes` has the error's `code`, in ASCII padded with zeros. */
export const FAILED = -1;
/** Longer codes are cut. The longest for a certificate, `UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY`, has 34 bytes. */
export const MAX_CODE_BYTES = 64;

/**
 * Each request has a connection of its own: where the Agent closed a kept one unannounced, two of three payloads were
 * lost. A reply that is too large is cut, as others wait for a connection; a change of protocols comes as a `close`
 * without an error. An error has several in `errors` if a host has several addresses. A 2xx counts once all is written,
 * as the process ends then.
 */
export const BLOCKING_SENDER_SOURCE: string = `'use strict';
function send({ requests, statuses, codes, isSecure, maxConnections, options }) {
  const { request } = require(isSecure ? 'node:https' : 'node:http');
  let next = 0;
  let secureContext; // one for all: 700 authorities take 28 ms

  function trust() {
    if (options.ca === undefined) return {};
    secureContext ??= require('node:tls').createSecureContext(options);
    return { secureContext };
  }

  const isSettled = (index) => ![${NO_OUTCOME}, ${STARTED}, ${CONNECTED}].includes(statuses[index + 1]);

  function settle(index, outcome) {
    if (isSettled(index)) return;
    Atomics.store(statuses, index + 1, outcome);
    Atomics.add(statuses, 0, 1);
    Atomics.notify(statuses, 0);
  }

  function fail(index, error) {
    if (isSettled(index)) return;
    const text = String(codeOf(error.errors?.[0] ?? error)).slice(0, ${MAX_CODE_BYTES});
    codes.set(Buffer.from(text, 'latin1'), index * ${MAX_CODE_BYTES});
    settle(index, ${FAILED});
  }

  // What undici gets as the code, Node's own client has in the message only: EPROTO says nothing of why.
  function codeOf({ code = '', message }) {
    const [, reason] = (code === 'EPROTO' && /:SSL routines:[^:]*:([^:]+)/.exec(message)) || [];
    return reason === undefined ? code : 'ERR_SSL_' + reason.toUpperCase().replaceAll(' ', '_');
  }

  function sendNext() {
    if (next === requests.length) return;
    const index = next++;
    if (Atomics.compareExchange(statuses, index + 1, ${NO_OUTCOME}, ${STARTED}) !== ${NO_OUTCOME}) return;
    try {
      begin(index);
    } catch (error) {
      fail(index, error);
      sendNext();
    }
  }

  function begin(index) {
    const { headers, body } = requests[index];
    const length = { 'Content-Length': body.length };
    const settings = { ...options, ...trust(), agent: false, method: 'PUT', headers: { ...headers, ...length } };
    let roomBytes = ${MAX_REPLY_BYTES};
    const sending = request(settings, (reply) => {
      const answer = () => settle(index, reply.statusCode);
      if (reply.statusCode < 300 && !sending.writableFinished) sending.on('finish', answer);
      else answer();
      reply.on('data', (chunk) => {
        roomBytes -= chunk.length;
        if (roomBytes < 0) sending.destroy();
      });
    });
    sending.on('socket', (socket) => {
      socket.on(isSecure ? 'secureConnect' : 'connect', () => Atomics.compareExchange(statuses, index + 1, ${STARTED}, ${CONNECTED}));
    });
    sending.on('error', (error) => fail(index, error));
    sending.on('close', () => {
      fail(index, {});
      sendNext();
    });
    sending.end(body);
  }

  for (let count = 0; count < maxConnections; count++) sendNext();
}

const { parentPort, workerData: isUp } = require('node:worker_threads');
parentPort.on('message', send);
require('node:http'); // most of what the first request would wait for
Atomics.store(isUp, 0, 1);
Atomics.notify(isUp, 0);
`;
