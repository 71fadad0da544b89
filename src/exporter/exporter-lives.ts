// Owns the lives of an exporter, one in each generation of the process: a new one begins where the heap was
// duplicated. Knows nothing of what becomes of spans in a life.

import { Diagnostics } from '../diagnostics.js';
import type { ExitDeliverer } from '../flush/exit-deliverer.js';
import { forkRegistry } from '../fork/fork-registry.js';
import { generations } from '../fork/generation.js';
import { processIdentity } from '../fork/process-identity.js';
import { isBuildingSnapshot } from '../fork/snapshot-callbacks.js';
import { type Dispose, nothingToDispose, systemClock } from '../lang/clock.js';
import type { LedgerSnapshot } from '../ledger.js';
import {
  type CheckedOptions,
  checkOptions,
  type DatadogSpanExporterOptions,
  handOnLineage,
} from '../options.js';
import type { ReadableSpan, ResultCallback } from '../sdk-contract.js';
import { ExporterLife } from './exporter-life.js';
import { answerInherited } from './inherited-export.js';
import type { IntakeSettings, SpanSink } from './span-intake.js';

const CONSEQUENCE = 'traces may not be sent to Datadog';

export class ExporterLives {
  readonly #options: CheckedOptions;
  readonly #generations = generations();
  #generation = this.#generations.present;
  #life: ExporterLife;
  #inherited = 0;
  #removeHooks: Dispose = nothingToDispose;

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogSpanExporterOptions) {
    const diagnostics = new Diagnostics(systemClock);
    this.#options = checkOptions(options, (topic, message) => diagnostics.warn(topic, message));
    this.#life = this.#newLife();
    this.#removeHooks = forkRegistry().add({
      child: () => this.#renew(),
      consequence: CONSEQUENCE,
    });
  }

  /** Opens a sink that takes spans one by one, each in the present generation. */
  openIntake(settings: IntakeSettings): SpanSink {
    let owner: ExporterLife | undefined;
    let sink: SpanSink = () => undefined;
    return (span) => {
      if (isBuildingSnapshot()) {
        this.#inherited++;
        return;
      }
      if (owner !== this.life) {
        owner = this.#life;
        sink = owner.openIntake(settings);
      }
      sink(span);
    };
  }

  /**
   * Ends the exporter once `owner` is garbage-collected: it would leave hooks and sockets behind. What is under
   * way comes to its end first or, in a copy of the process, is left alone.
   */
  endWith(owner: object): void {
    dropped ??= new FinalizationRegistry((left) => left.life.retire());
    dropped.register(owner, this, this);
  }

  /** The life of the present generation, begun here if our `child` hook did not run yet: others may run before it. */
  get life(): ExporterLife {
    this.#renew();
    return this.#life;
  }

  /**
   * Discards the spans if the heap is going to be written as a startup snapshot: each process that starts
   * with it would send them. A build machine is no place to fail in, nor to send from.
   */
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    if (!isBuildingSnapshot()) return this.life.export(spans, resultCallback);
    this.#inherited += spans.length;
    void answerInherited(resultCallback);
  }

  stats(): LedgerSnapshot {
    const { counts } = this.life;
    return Object.freeze({ ...counts, inherited: this.#inherited });
  }

  exitDeliverer(): ExitDeliverer {
    const present = (): Omit<ExitDeliverer, 'exporter'> => this.life.exitDeliverer;
    return {
      exporter: this,
      account: () => present().account(),
      hurry: (leftMillis, cause) => present().hurry(leftMillis, cause),
      cutShort: (cause) => present().cutShort(cause),
      handOver: () => present().handOver(),
      deliver: (timeoutMillis, limitMillis) => present().deliver(timeoutMillis, limitMillis),
    };
  }

  /**
   * Begins a new life in a new generation. Does nothing as a hook in a cluster worker, whose heap is its own. A
   * logger or an instrument of the user that exports meanwhile finds a life that counts its spans: the former one
   * until that is abandoned, then the new one.
   */
  #renew(): void {
    if (this.#generation === this.#generations.present) return;
    this.#generation = this.#generations.present;
    const former = this.#life;
    try {
      const life = this.#newLife();
      life.sampleRates.inherit(former.sampleRates);
      if (!former.isRunning) life.retire();
      this.#life = life;
    } finally {
      this.#inherited += former.abandon(); // also where no life can be made: it is another process's
    }
  }

  #newLife(): ExporterLife {
    const life = new ExporterLife(this.#options, () => {
      takeBack();
      this.#removeHooks();
      dropped?.unregister(this);
    });
    const { propagateLineage, environment } = life.options;
    const takeBack = propagateLineage
      ? handOnLineage(processIdentity(environment.lineage))
      : nothingToDispose;
    return life;
  }
}

/** Made by the first exporter, so that a mere import leaves nothing behind. */
let dropped: FinalizationRegistry<ExporterLives> | undefined;

const byExporter = new WeakMap<object, ExporterLives>();

/** Lets `livesOf` find the lives of `exporter`. */
export function registerLives(exporter: object, own: ExporterLives): void {
  byExporter.set(exporter, own);
}

/** The lives of an exporter of this package; `undefined` for any other object. */
export function livesOf(exporter: object): ExporterLives | undefined {
  return byExporter.get(exporter);
}
