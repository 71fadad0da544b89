// Owns what an exporter is in each generation of the process: one life after another, a new one where the
// heap was duplicated. Knows nothing of what becomes of spans in a life.

import type { ExitDeliverer } from './exit-deliverer.js';
import { ExporterLife, type ResultCallback } from './exporter-life.js';
import { forkRegistry } from './fork-registry.js';
import { generations } from './generation.js';
import { answerInherited } from './inherited-export.js';
import { type Dispose, nothingToDispose } from './lang/clock.js';
import type { LedgerSnapshot } from './ledger.js';
import { type DatadogSpanExporterOptions, handOnLineage } from './options.js';
import { processIdentity } from './process-identity.js';
import { isBuildingSnapshot } from './snapshot-callbacks.js';

const CONSEQUENCE = 'traces may not be sent to Datadog';

export class ExporterGenerations {
  readonly #options: DatadogSpanExporterOptions;
  readonly #generations = generations();
  #generation = this.#generations.present;
  #life: ExporterLife;
  #inherited = 0;
  #removeHooks: Dispose = nothingToDispose;

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogSpanExporterOptions) {
    this.#options = options;
    this.#life = this.#newLife();
    this.#removeHooks = forkRegistry().add({
      child: () => this.#renew(),
      consequence: CONSEQUENCE,
    });
  }

  /** Ends the exporter once `owner` is dropped: it would leave hooks and sockets behind. */
  endWith(owner: object): void {
    dropped ??= new FinalizationRegistry((left) => left.#retire());
    dropped.register(owner, this, this);
  }

  get life(): ExporterLife {
    return this.#life;
  }

  /**
   * Whether spans are discarded, because the heap is going to be written as a startup snapshot: each
   * process that starts with it would send them.
   */
  get isDiscarding(): boolean {
    return isBuildingSnapshot();
  }

  /** A machine that builds is no place to fail, nor to send from. */
  discard(spans: number, resultCallback: ResultCallback): void {
    this.#inherited += spans;
    void answerInherited(resultCallback);
  }

  stats(): LedgerSnapshot {
    return Object.freeze({ ...this.#life.counts, inherited: this.#inherited });
  }

  exitDeliverer(): ExitDeliverer {
    const present = (): ExitDeliverer => this.#life.exitDeliverer;
    return {
      get received() {
        return present().received;
      },
      get unsettled() {
        return present().unsettled;
      },
      cutShort: (cause) => present().cutShort(cause),
      deliver: (timeoutMillis) => present().deliver(timeoutMillis),
    };
  }

  /** In a cluster worker the fork has been before all of this, and everything is of this process. */
  #renew(): void {
    if (this.#generation === this.#generations.present) return;
    this.#generation = this.#generations.present;
    const { isRunning, sampleRates } = this.#life;
    this.#inherited += this.#life.abandon();
    this.#life = this.#newLife();
    this.#life.sampleRates.inherit(sampleRates);
    if (!isRunning) this.#life.retire();
  }

  /** What is under way comes to its end first. */
  #retire(): void {
    this.#removeHooks();
    this.#life.retire();
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

/** Made by the first exporter, so that an import leaves nothing behind. */
let dropped: FinalizationRegistry<ExporterGenerations> | undefined;
