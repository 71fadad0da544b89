// Owns what the package says through `diag` during a test.

import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** How loud a line is: to be read by the user, or for whoever looks for more. */
type Loudness = 'warn' | 'debug';
type Listener = (line: string, loudness: Loudness) => void;

const listeners = new Set<Listener>();

/** Collects warnings and errors of each test in the file that calls it, what is said for debugging, or all. */
export function captureDiag(level: Loudness | 'all' = 'warn'): readonly string[] {
  const lines: string[] = [];
  listenToDiag((line, loudness) => {
    if (level === 'all' || loudness === level) lines.push(line);
  });
  beforeEach(() => void (lines.length = 0));
  return lines;
}

/** Hears of each line in the tests of the file that calls it. */
export function listenToDiag(listener: Listener): void {
  beforeEach(() => {
    listeners.add(listener);
    diag.setLogger(LOGGER, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => {
    listeners.delete(listener);
    if (listeners.size === 0) diag.disable();
  });
}

function tell(loudness: Loudness): (namespace: string, ...parts: unknown[]) => void {
  return (_namespace, ...parts) => {
    if (parts.length === 0) return; // the API itself speaks without a namespace
    for (const listener of listeners) listener(parts.join(' '), loudness);
  };
}

const LOGGER: DiagLogger = {
  error: tell('warn'),
  warn: tell('warn'),
  info: tell('debug'),
  debug: tell('debug'),
  verbose: tell('debug'),
};
