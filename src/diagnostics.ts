// Owns what the package says through OpenTelemetry's `diag`: at most one line per topic and minute,
// with the number that was held back. Attribute values never appear in it.

import { diag, type DiagLogger } from '@opentelemetry/api';
import type { Clock } from './lang/clock.js';
import { PACKAGE_NAME } from './version.js';

const QUIET_MILLIS = 60_000;
/** A socket path or a variable may hold them, and would begin a line of the log that is not ours. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

interface Topic {
  readonly saidAtMillis: number;
  suppressed: number;
}

export class Diagnostics {
  readonly #clock: Clock;
  readonly #logger: DiagLogger = diag.createComponentLogger({ namespace: PACKAGE_NAME });
  readonly #topics = new Map<string, Topic>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Warns, unless the same topic was warned about within the last minute; a function is called only then. */
  warn(topic: string, message: string | (() => string)): void {
    this.#say(topic, message, (text) => this.#logger.warn(text));
  }

  /** For whoever looks into a problem; held back as warnings are. */
  debug(topic: string, message: string): void {
    this.#say(topic, message, (text) => this.#logger.debug(text));
  }

  #say(topic: string, message: string | (() => string), log: (text: string) => void): void {
    const now = this.#clock.nowMillis();
    const last = this.#topics.get(topic);
    if (last !== undefined && now - last.saidAtMillis < QUIET_MILLIS) {
      last.suppressed++;
      return;
    }
    const held = last?.suppressed ?? 0;
    this.#topics.set(topic, { saidAtMillis: now, suppressed: 0 });
    try {
      const text = typeof message === 'string' ? message : message();
      const line = text.replaceAll(CONTROL_CHARACTERS, ' ');
      log(held === 0 ? line : `${line} (${held} more were not logged)`);
    } catch {
      // A logger of the user that throws must not change what becomes of spans.
    }
  }
}
