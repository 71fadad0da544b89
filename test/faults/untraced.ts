// Owns the promise that nobody traces what the exporter does on the network: every connection and request
// is made on the root context with tracing suppressed. Collects the sockets of those connections.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterEach, beforeEach, expect } from 'vitest';
import { until } from '../support/until.js';

const CHANNELS = [
  'undici:client:beforeConnect',
  'undici:client:connected',
  'undici:client:connectError',
  'undici:client:sendHeaders',
  'undici:request:create',
];
const SOCKETS = 'net.client.socket';
/** What a request of the user has in its context, and nobody else may see. */
const OF_A_REQUEST = createContextKey('request of a user');

const traced = new Set<string>();
const sockets: Socket[] = [];

/** Watches the tests of the file that calls it. */
export function watchNetwork(): void {
  beforeEach(() => {
    traced.clear();
    sockets.length = 0;
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    for (const channel of CHANNELS) subscribe(channel, look);
    subscribe(SOCKETS, keep);
  });
  afterEach(() => {
    unsubscribe(SOCKETS, keep);
    for (const channel of CHANNELS) unsubscribe(channel, look);
    context.disable();
    expect([...traced]).toEqual([]);
  });
}

/** Runs `task` as a request of the user would. */
export function inRequest<T>(task: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(OF_A_REQUEST, true), task);
}

/** @throws Error if a socket outlives the exporters, which have been shut down. */
export async function expectNoSockets(): Promise<void> {
  await until('no socket of an exporter', () => sockets.every(({ destroyed }) => destroyed), 1_000);
}

function isUntraced(): boolean {
  const active = context.active();
  return isTracingSuppressed(active) && active.getValue(OF_A_REQUEST) === undefined;
}

function look(_message: unknown, channel: string | symbol): void {
  if (!isUntraced()) traced.add(String(channel));
}

/** Peers connect as well, but not in this context. */
function keep(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return;
  if (isUntraced() && message.socket instanceof Socket) sockets.push(message.socket);
}
