// Owns the use of the package's types that does not depend on the SDK line: options, stats, errors,
// fork hooks and the development Agent. Compiled only; each expected error is a type that must stay strict.

import {
  DatadogExportError,
  DatadogSpanExporter,
  type DatadogSpanExporterOptions,
  type DropReason,
  type ExportErrorKind,
  type LedgerSnapshot,
  type RateByService,
} from 'opentelemetry-exporter-datadog-agent';
import {
  startDevAgent,
  type DevAgent,
  type ReceivedSpan,
} from 'opentelemetry-exporter-datadog-agent/dev-agent';
import {
  afterForkInChild,
  atFork,
  type ForkEvent,
  type ForkHandle,
  type ForkHooks,
  withForkHooks,
} from 'opentelemetry-exporter-datadog-agent/fork';

// A variable that may be unset can be passed on, also with exactOptionalPropertyTypes.
export const options: DatadogSpanExporterOptions = {
  url: process.env['AGENT_URL'],
  service: 'shop',
  tags: { team: 'orders' },
  maxPayloadBytes: 1_000_000,
};

export async function stop(exporter: DatadogSpanExporter): Promise<LedgerSnapshot> {
  await exporter.forceFlush({ signal: AbortSignal.timeout(100), timeoutMillis: 50 });
  await exporter.shutdown({ graceMillis: 0 });
  await exporter[Symbol.asyncDispose]();
  return exporter.stats();
}

export function lostTo(reason: DropReason, stats: LedgerSnapshot): number {
  const rates: RateByService = new DatadogSpanExporter().sampleRates;
  return (stats.droppedByReason[reason] ?? 0) * (rates['service:,env:'] ?? 1);
}

export function describe(error: unknown): string {
  if (!(error instanceof DatadogExportError)) return 'none of ours';
  const kind: ExportErrorKind = error.kind;
  const status: number | undefined = error.status;
  return `${kind} ${error.code} ${error.lostSpans} ${error.attempts} ${status ?? 'no status'}`;
}

export async function receive(): Promise<readonly ReceivedSpan[]> {
  const agent: DevAgent = await startDevAgent({ port: 0, socketPath: process.env['SOCKET'] });
  const spans = await agent.waitForSpans(1, { timeoutMillis: undefined });
  const duration: bigint | undefined = spans[0]?.durationNanos;
  await agent.close();
  return duration === undefined ? [] : spans;
}

export function clone(makeCopy: () => 'original' | 'copy', hooks: ForkHooks): string {
  const log = ({ stage, trigger }: ForkEvent): string => `${stage} ${trigger}`;
  const handle: ForkHandle = atFork({ ...hooks, before: log, parent: undefined });
  const side: 'original' | 'copy' = withForkHooks(makeCopy);
  if (side === 'copy') afterForkInChild();
  handle.remove();
  return side;
}

// @ts-expect-error a duration is a number
export const wrongType = new DatadogSpanExporter({ timeoutMillis: '10' });
// @ts-expect-error an option that does not exist
export const wrongName = new DatadogSpanExporter({ agentUrl: 'http://127.0.0.1:8126' });
// @ts-expect-error a kind that does not exist
export const wrongKind: ExportErrorKind = 'lost';
// @ts-expect-error the account is read-only
export const spoil = (stats: LedgerSnapshot): number => (stats.received = 1);
// @ts-expect-error a stage that does not exist
export const wrongStage = (): ForkHandle => atFork({ after: () => undefined });
// @ts-expect-error the Agent's options are checked too
export const wrongPort = (): Promise<DevAgent> => startDevAgent({ port: '8126' });
