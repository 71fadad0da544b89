// Owns the exporter's own metrics, with the names and attributes of OpenTelemetry's semantic
// conventions. Knows nothing of why spans are dropped or how long anything may take.
// Source: https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics (exporter metrics)

import type {
  Attributes,
  Counter,
  Histogram,
  MeterProvider,
  UpDownCounter,
} from '@opentelemetry/api';
import { type AgentTarget, hostAndPort } from '../agent-target.js';
import type { DropReason, ExportErrorKind } from '../errors.js';
import { processWide } from '../lang/process-wide.js';
import type { LedgerObserver } from '../ledger.js';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.js';

const COMPONENT_TYPE = 'DatadogSpanExporter';
const MILLIS_PER_SECOND = 1_000;

/** How many exporters have a name; of all copies of this package, as names must differ within the process. */
const COMPONENTS = Symbol.for('opentelemetry-exporter-datadog-agent.components.v1');

interface Components {
  count: number;
}

interface FinishedExport {
  readonly durationMillis: number;
  /** `undefined` for a success. */
  readonly error: ExportErrorKind | undefined;
  /** The HTTP status of the last reply. */
  readonly status: number | undefined;
}

export class ExporterMetrics implements LedgerObserver {
  readonly #inFlight: UpDownCounter;
  readonly #exported: Counter;
  readonly #duration: Histogram;
  readonly #attributes: Attributes;

  constructor(provider: MeterProvider, target: AgentTarget) {
    const meter = provider.getMeter(PACKAGE_NAME, PACKAGE_VERSION);
    this.#attributes = attributesOf(target);
    this.#inFlight = meter.createUpDownCounter('otel.sdk.exporter.span.inflight', {
      unit: '{span}',
      description:
        'Spans that were passed to the exporter and are neither exported nor dropped yet.',
    });
    this.#exported = meter.createCounter('otel.sdk.exporter.span.exported', {
      unit: '{span}',
      description: 'Spans for which the export has finished; error.type says why one was dropped.',
    });
    this.#duration = meter.createHistogram('otel.sdk.exporter.operation.duration', {
      unit: 's',
      description: 'The duration of exporting a batch of spans.',
      advice: { explicitBucketBoundaries: [] }, // sum and count only, as the conventions have it
    });
  }

  received(spans: number): void {
    guarded(() => this.#inFlight.add(spans, this.#attributes));
  }

  exported(spans: number): void {
    guarded(() => {
      this.#inFlight.add(-spans, this.#attributes);
      this.#exported.add(spans, this.#attributes);
    });
  }

  dropped(reason: DropReason, spans: number): void {
    guarded(() => {
      this.#inFlight.add(-spans, this.#attributes);
      this.#exported.add(spans, { ...this.#attributes, 'error.type': reason });
    });
  }

  left(spans: number): void {
    guarded(() => this.#inFlight.add(-spans, this.#attributes));
  }

  /** Records an export that has come to its result. One that is declined at once, after a shutdown, is none. */
  finished({ durationMillis, error, status }: FinishedExport): void {
    const attributes = {
      ...this.#attributes,
      ...(error === undefined ? {} : { 'error.type': error }),
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
    };
    guarded(() => this.#duration.record(durationMillis / MILLIS_PER_SECOND, attributes));
  }
}

/** A user's instrument that throws must not change what becomes of spans. */
function guarded(record: () => void): void {
  try {
    record();
  } catch {
    // There is nobody to tell: this is how the exporter would tell it.
  }
}

function attributesOf(target: AgentTarget): Attributes {
  const { host, port } = hostAndPort(target);
  const components = processWide<Components>(COMPONENTS, 'count', () => ({ count: 0 }));
  return {
    'otel.component.type': COMPONENT_TYPE,
    'otel.component.name': `${COMPONENT_TYPE}/${components.count++}`,
    'server.address': host,
    ...(port === undefined ? {} : { 'server.port': port }),
  };
}
