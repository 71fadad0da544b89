// Owns what the package says through OpenTelemetry's `diag`: at most one line per topic and minute,
// with the number of lines held back. Attribute values never appear in them.

import { diag, type DiagLogger } from '@opentelemetry/api';
import type { Clock } from './lang/clock.js';
import { PACKAGE_NAME } from './version.js';

const QUIET_MILLIS = 60_000;
/** The global under which all copies of OpenTelemetry's API 1.x in a process keep what is registered. */
const API = Symbol.for('opentelemetry.js.api.1');
/** Characters that a socket path or a variable may contain, and with which it could forge a line of the log. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

interface Topic {
  readonly saidAtMillis: number;
  /** Number of lines held back, or the sum of what they would have reported. */
  heldBack: number;
}

interface Line {
  readonly topic: string;
  /** 1 for a line, else what is added to the number that it tells. */
  readonly added: number;
  /** Of the sum of all `added` since the topic was last logged. */
  readonly text: (total: number) => string;
}

/** Warns of an option or a variable that is ignored, or of unsafe credentials; `message` is a sentence for the log. */
export type Warn = (topic: string, message: string) => void;

export class Diagnostics {
  readonly #clock: Clock;
  readonly #logger: DiagLogger = diag.createComponentLogger({ namespace: PACKAGE_NAME });
  readonly #topics = new Map<string, Topic>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** With topics of its own, which are forgotten with it. */
  apart(): Diagnostics {
    return new Diagnostics(this.#clock);
  }

  /** Warns, unless the topic was warned about within the last minute; a function is called only if it warns. */
  warn(topic: string, message: string | (() => string)): void {
    this.#say('warn', { topic, added: 1, text: (lines) => withHeld(message, lines - 1) });
  }

  /** Warns of a growing number, at most once a minute: of the total that was added since the last warning. */
  warnOfTotal(topic: string, added: number, message: (total: number) => string): void {
    this.#say('warn', { topic, added, text: message });
  }

  /** Logs a line for whoever looks into a problem; held back as warnings are. */
  debug(topic: string, message: string): void {
    this.#say('debug', { topic, added: 1, text: (lines) => withHeld(message, lines - 1) });
  }

  /** Says it later if there is no logger yet: `NodeSDK` sets that of `OTEL_LOG_LEVEL` after making processors. */
  #say(level: 'warn' | 'debug', { topic, added, text }: Line): void {
    const total = this.#takeTurn(topic, added);
    if (total === undefined) return;
    const write = (): void =>
      writeLine(
        (line) => this.#logger[level](line),
        () => text(total),
      );
    if (hasLogger()) return write();
    queueMicrotask(() => {
      if (hasLogger()) write();
      else this.#putOff(topic, total);
    });
  }

  /** The sum of all `added` since the topic was last logged, or `undefined` if it has to be held back. */
  #takeTurn(topic: string, added: number): number | undefined {
    const now = this.#clock.nowMillis();
    const last = this.#topics.get(topic);
    if (last !== undefined && now - last.saidAtMillis < QUIET_MILLIS) {
      last.heldBack += added;
      return undefined;
    }
    this.#topics.set(topic, { saidAtMillis: now, heldBack: 0 });
    return (last?.heldBack ?? 0) + added;
  }

  /** What nobody has heard counts as held back, and keeps nobody who comes to listen from hearing the next line. */
  #putOff(topic: string, unheard: number): void {
    const heldBack = (this.#topics.get(topic)?.heldBack ?? 0) + unheard;
    this.#topics.set(topic, { saidAtMillis: -Infinity, heldBack });
  }
}

function hasLogger(): boolean {
  const api: unknown = Reflect.get(globalThis, API);
  return typeof api === 'object' && api !== null && 'diag' in api && api.diag !== undefined;
}

function writeLine(write: (line: string) => void, text: () => string): void {
  try {
    write(text().replaceAll(CONTROL_CHARACTERS, ' '));
  } catch {
    // A user's logger that throws must not change what becomes of spans.
  }
}

function withHeld(message: string | (() => string), held: number): string {
  const text = typeof message === 'string' ? message : message();
  return held === 0 ? text : `${text} (${held} more were not logged)`;
}
