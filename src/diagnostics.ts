// Owns what the package says through OpenTelemetry's `diag`: at most one line per topic and minute, with the number
// of lines held back, or of the spans that these tell of. Of spans it tells whoever listens when the minute is over.
// Attribute values never appear in them.

import { diag, type DiagLogger } from '@opentelemetry/api';
import { type BackgroundClock, type Dispose, nothingToDispose } from './lang/clock.js';
import { countOf } from './lang/count-text.js';
import { PACKAGE_NAME } from './version.js';

const QUIET_MILLIS = 60_000;
const HELD_BACK = 'held back';
/** The global under which all copies of OpenTelemetry's API 1.x in a process keep what is registered. */
const API = Symbol.for('opentelemetry.js.api.1');
/** Characters that a socket path or a variable may contain, and with which it could forge a line of the log. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

type Level = 'warn' | 'debug';
type Unit = 'line' | 'span';

interface Line {
  readonly topic: string;
  readonly unit: Unit;
  /** 1 for a line, else the number of spans that are lost. */
  readonly added: number;
  /** Of the sum of all `added` since the topic was last logged. */
  readonly text: (total: number) => string;
}

interface Topic {
  readonly saidAtMillis: number;
  /** The latest, whether it was said or held back. */
  latest: Line;
  /** Number of lines held back, or of the spans that they would have told of. */
  heldBack: number;
  stopWaiting: Dispose;
}

/** Warns of an option or a variable that is ignored, or of unsafe credentials; `message` is a sentence for the log. */
export type Warn = (topic: string, message: string) => void;

export class Diagnostics {
  readonly #clock: BackgroundClock;
  readonly #logger: DiagLogger = diag.createComponentLogger({ namespace: PACKAGE_NAME });
  readonly #topics = new Map<string, Topic>();

  constructor(clock: BackgroundClock) {
    this.#clock = clock;
  }

  /** With topics of its own, which are forgotten with it. */
  apart(): Diagnostics {
    return new Diagnostics(this.#clock);
  }

  /** Warns, unless the topic was warned about within the last minute; a function is called only if it warns. */
  warn(topic: string, message: string | (() => string)): void {
    this.#say('warn', lineOf(topic, message));
  }

  /** Warns of lost spans, at most once a minute: of all that were lost since the last warning. */
  warnOfTotal(topic: string, spans: number, message: (total: number) => string): void {
    this.#say('warn', { topic, unit: 'span', added: spans, text: message });
  }

  /** Warns of lost spans with a message that tells their number; says how many more were lost and held back. */
  warnOfLoss(topic: string, spans: number, message: string | (() => string)): void {
    this.warnOfTotal(topic, spans, (total) => {
      const others = total - spans;
      return withHeld(message, others === 0 ? '' : `and ${others} more, not logged`);
    });
  }

  /** Logs a line for whoever looks into a problem; held back as warnings are. */
  debug(topic: string, message: string): void {
    this.#say('debug', lineOf(topic, message));
  }

  /** Warns of lost spans that were held back, where nothing may follow that tells of them. `where` is whose they were. */
  warnOfHeldBack(where: string): void {
    const losses = [...this.#topics.values()].filter(({ latest }) => latest.unit === 'span');
    const spans = losses.reduce((sum, { heldBack }) => sum + heldBack, 0);
    for (const loss of losses) {
      loss.heldBack = 0; // first, as a logger may have more lost
      loss.stopWaiting();
    }
    if (spans === 0) return;
    this.#topics.delete(HELD_BACK); // it is not held back itself
    this.warnOfTotal(HELD_BACK, spans, (total) => {
      return `${where}: ${countOf(total, 'span')} lost of which nothing was logged`;
    });
  }

  #say(level: Level, line: Line): void {
    const total = this.#takeTurn(line);
    if (total !== undefined) this.#write(level, line, total);
  }

  /** Says it later if there is no logger yet: `NodeSDK` sets that of `OTEL_LOG_LEVEL` after making processors. */
  #write(level: Level, line: Line, total: number): void {
    const write = (): void =>
      writeLine(
        (text) => this.#logger[level](text),
        () => line.text(total),
      );
    if (hasLogger()) return write();
    queueMicrotask(() => {
      if (hasLogger()) write();
      else this.#putOff(line, total);
    });
  }

  /** The sum of all `added` since the topic was last logged, or `undefined` if it has to be held back. */
  #takeTurn(line: Line): number | undefined {
    const now = this.#clock.nowMillis();
    const last = this.#topics.get(line.topic);
    const leftMillis = last === undefined ? 0 : last.saidAtMillis + QUIET_MILLIS - now;
    if (last !== undefined && leftMillis > 0) {
      this.#holdBack(last, line, leftMillis);
      return undefined;
    }
    this.#begin(now, line, 0);
    return (last?.heldBack ?? 0) + line.added;
  }

  #begin(saidAtMillis: number, line: Line, heldBack: number): void {
    this.#topics.get(line.topic)?.stopWaiting();
    const topic = { saidAtMillis, latest: line, heldBack, stopWaiting: nothingToDispose };
    this.#topics.set(line.topic, topic);
  }

  /** The latest line about lost spans is said when the minute is over: if no more are lost, nothing else tells of them. */
  #holdBack(topic: Topic, line: Line, leftMillis: number): void {
    if (line.unit === 'span' && topic.heldBack === 0) {
      topic.stopWaiting = this.#clock.scheduleInBackground(leftMillis, () => this.#sayHeld(topic));
    }
    topic.heldBack += line.added;
    topic.latest = line;
  }

  #sayHeld({ latest, heldBack }: Topic): void {
    this.#begin(this.#clock.nowMillis(), latest, 0);
    this.#write('warn', latest, heldBack);
  }

  /** What nobody has heard counts as held back, and keeps nobody who comes to listen from hearing the next line. */
  #putOff(line: Line, unheard: number): void {
    const heldBack = (this.#topics.get(line.topic)?.heldBack ?? 0) + unheard;
    this.#begin(-Infinity, line, heldBack);
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

function lineOf(topic: string, message: string | (() => string)): Line {
  const text = (lines: number): string =>
    withHeld(message, lines === 1 ? '' : `${lines - 1} more were not logged`);
  return { topic, unit: 'line', added: 1, text };
}

function withHeld(message: string | (() => string), held: string): string {
  const text = typeof message === 'string' ? message : message();
  return held === '' ? text : `${text} (${held})`;
}
