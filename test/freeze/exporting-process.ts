// Owns processes that export and that can be frozen, idle or in the middle of synchronous work.
// Knows nothing of Agents.

import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import { startNode } from '../support/child-process.js';
import { nextSpanId } from '../support/spans.js';
import { until } from '../support/until.js';

const CHILD = fileURLToPath(new URL('exporting-child.mjs', import.meta.url));

/** Where a process stops at work: in a phase of the event loop, or as soon as the exporter is that far. */
export type Moment =
  'poll' | 'timers' | 'check' | 'connecting' | 'sent' | 'timer after sent' | 'answered';

/** What is called in the same tick as an export, after it. */
export type Ending = 'flush' | 'shutdown';

type Command =
  | { readonly name: 'export'; readonly spanId: string }
  | { readonly name: 'exportLarge'; readonly spanIds: readonly string[] }
  | { readonly name: Ending }
  | { readonly name: 'stop'; readonly at: Moment; readonly next: readonly Command[] };

export interface Exported {
  readonly spanId: bigint;
  /** `success` or the kind of the error. */
  readonly outcome: Promise<string>;
}

export interface ExportedLarge {
  readonly spanIds: readonly bigint[];
  readonly outcome: Promise<string>;
}

/** Below the time-out of a test. */
const DEADLINE_MILLIS = 28_000;

/** Starts a process that has an exporter of these options, which must be plain data. */
export async function openExportingProcess(
  options: DatadogSpanExporterOptions,
): Promise<ExportingProcess> {
  const exporting = new ExportingProcess(options);
  await exporting.outcomeOf('start');
  return exporting;
}

export class ExportingProcess {
  readonly #child: ChildProcess;
  /** Of commands, and of exports by the id of their span. */
  readonly #outcomes = new Map<string, string>();
  readonly #news = new EventEmitter();

  constructor(options: DatadogSpanExporterOptions) {
    const started = startNode([CHILD, JSON.stringify(options)], { isForked: true, isShown: true });
    this.#child = started.child;
    this.#child.on('message', (message) => this.#note(message));
  }

  /** Exports a span, in a trace of its own; a frozen process does so once it is thawed. */
  export(...endings: readonly Ending[]): Exported {
    const spanId = nextSpanId();
    this.#tell({ name: 'export', spanId }, ...endings.map((name) => ({ name })));
    return this.#exported(spanId);
  }

  /** Exports so many spans at once, of some 20 KB each. */
  exportLarge(count: number): ExportedLarge {
    const first = nextSpanId();
    const spanIds = [first, ...Array.from({ length: count - 1 }, nextSpanId)];
    this.#tell({ name: 'exportLarge', spanIds });
    return { spanIds: spanIds.map(idOf), outcome: this.outcomeOf(first) };
  }

  /** Two exports in the same tick. */
  exportTwice(): readonly [Exported, Exported] {
    const ids = [nextSpanId(), nextSpanId()] as const;
    this.#tell(...ids.map((spanId) => ({ name: 'export', spanId }) as const));
    return [this.#exported(ids[0]), this.#exported(ids[1])];
  }

  /** Stops at work, and exports a span in the same tick when it is thawed. */
  stopAndExport(at: Moment): Exported {
    const spanId = nextSpanId();
    this.#tell({ name: 'stop', at, next: [{ name: 'export', spanId }] });
    return this.#exported(spanId);
  }

  /** Stops at work, once that moment comes. */
  stopAt(at: Moment): void {
    this.#tell({ name: 'stop', at, next: [] });
  }

  /** Stops the process where it waits for I/O. */
  async stop(): Promise<void> {
    await until('the process waits', () => this.#schedulerState === 'S');
    this.#child.kill('SIGSTOP');
  }

  async isStopped(): Promise<void> {
    await until('the process is stopped', () => this.#schedulerState === 'T');
  }

  /** Lets the process go on where it was. */
  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Of an ending, once there is one: `success` or the kind of the error. */
  async outcomeOf(what: string): Promise<string> {
    if (!this.#outcomes.has(what)) {
      await once(this.#news, what, { signal: AbortSignal.timeout(DEADLINE_MILLIS) });
    }
    return this.#outcomes.get(what) ?? '';
  }

  #exported(spanId: string): Exported {
    return { spanId: idOf(spanId), outcome: this.outcomeOf(spanId) };
  }

  #tell(...commands: readonly Command[]): void {
    this.#child.send(commands);
  }

  #note(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if (!('what' in message) || !('outcome' in message)) return;
    const what = String(message.what);
    // Heard twice would be a callback that came twice.
    const isNew = !this.#outcomes.has(what);
    this.#outcomes.set(what, isNew ? String(message.outcome) : 'called back twice');
    this.#news.emit(what);
  }

  /** As the kernel says it: `S` waits, `R` runs, `T` is stopped. */
  get #schedulerState(): string {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [state = ''] = stat.slice(stat.lastIndexOf(')') + 2);
    return state;
  }
}

function idOf(spanId: string): bigint {
  return BigInt(`0x${spanId}`);
}
