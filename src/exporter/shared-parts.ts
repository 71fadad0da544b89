// Owns constructing what all exports of an exporter share, from resolved options and from the few parts that its
// life makes first.

import type { MeterProvider } from '@opentelemetry/api';
import { type AgentTarget, describeRequest } from '../agent-target.js';
import { containerIdentity } from '../configuration/container-identity.js';
import { mayRepeatSecrets } from '../configuration/credentials.js';
import type { Diagnostics } from '../diagnostics.js';
import { processIdentity } from '../fork/process-identity.js';
import type { Clock } from '../lang/clock.js';
import { reasonOf } from '../lang/reason-text.js';
import { Ledger } from '../ledger.js';
import type { ResolvedOptions } from '../options.js';
import { SpanSegment } from '../payload/span-segment.js';
import { V04Encoder } from '../payload/v04-encoder.js';
import { SampleRates } from '../sample-rates.js';
import { AgentConnection } from '../transport/agent-connection.js';
import { sendBlocking } from '../transport/blocking-sender.js';
import { isSuccess, type Reply } from '../transport/reply.js';
import { type HeadersOf, requestHeaders } from '../transport/request-headers.js';
import { SendQueue } from '../transport/send-queue.js';
import { PACKAGE_VERSION } from '../version.js';
import { EncodingTurns } from './encoding-turns.js';
import type { ExitDeliveryContext } from './exit-delivery.js';
import type { ExportContext } from './export-task.js';
import { ExporterMetrics } from './exporter-metrics.js';
import { PAYLOAD_OVERHEAD_BYTES, PendingBytes } from './pending-bytes.js';
import { ResourceWaits } from './resource-waits.js';

/** Longest excerpt of an answer in a log line. */
const MAX_EXCERPT_CHARS = 256;
/** What is said of a page, where an Agent would have answered JSON or `OK`. */
const PAGE_TAKEN =
  'what answered sent a page, so it is probably no Agent; is `url` right? Spans sent there count as exported';
/** A segment is exported with the span that made it so full: what that adds should still fit where the segment would. */
const FULL_SEGMENT = 15 / 16;

/** What the exports of an exporter share, and what encodes, sends and paces them. */
export interface SharedParts extends ExportContext, ExitDeliveryContext {
  readonly encoder: V04Encoder;
  /** Makes a segment for spans that are encoded as they end. */
  readonly newSegment: () => SpanSegment;
  /** Bytes of spans that fit into one payload, which finds room although another one is pending. */
  readonly maxSegmentBytes: number;
  readonly queue: SendQueue;
  readonly sampleRates: SampleRates;
}

export function sharedParts(
  options: ResolvedOptions,
  { clock, diagnostics, deferrals }: Pick<SharedParts, 'clock' | 'diagnostics' | 'deferrals'>,
): SharedParts {
  const identity = processIdentity(options.environment.lineage);
  const sampleRates = new SampleRates();
  const { target, timeoutMillis, selfObsMeterProvider: meters } = options;
  // A payload that is larger than all pending bytes together would never find room.
  const maxPayloadBytes = Math.min(options.maxPayloadBytes, options.maxPendingBytes);
  const pending = new PendingBytes(options.maxPendingBytes);
  const headers = headersOf(options, sampleRates);
  const queue = sendQueue(options, clock, headers);
  const metrics = meters === undefined ? undefined : metricsOf(meters, target, diagnostics);
  const mapping = { ...options, ...identity };
  return {
    encoder: new V04Encoder(mapping, maxPayloadBytes),
    newSegment: () => new SpanSegment(mapping, maxPayloadBytes),
    maxSegmentBytes: maxSegmentBytes(maxPayloadBytes, options.maxPendingBytes),
    turns: new EncodingTurns(clock, (task) => pending.whenReleased(task)),
    pending,
    resourceWaits: new ResourceWaits(clock, diagnostics),
    delivery: {
      queue,
      clock,
      random: Math.random,
      maxRetries: options.maxRetries,
      attemptTimeoutMillis: options.attemptTimeoutMillis,
      onReply: noteReplies(options, sampleRates, diagnostics),
      onDeferred: () => deferrals.changed(),
    },
    queue,
    sendBlocking: (payloads, time) =>
      sendBlocking(payloads, time, { ...options, clock, headersOf: headers }),
    ledger: new Ledger(metrics),
    metrics,
    clock,
    diagnostics,
    sampleRates,
    deferrals,
    timeoutMillis,
    request: describeRequest(target),
  };
}

/**
 * Two payloads fit into the pending bytes, with what each takes besides its own, so that two requests can be under way;
 * unless the limit is so small that little more would be left for spans than that.
 */
function maxSegmentBytes(maxPayloadBytes: number, maxPendingBytes: number): number {
  const half = maxPendingBytes / 2;
  const isSmall = half < 4 * PAYLOAD_OVERHEAD_BYTES;
  return Math.min(maxPayloadBytes, isSmall ? half : half - PAYLOAD_OVERHEAD_BYTES) * FULL_SEGMENT;
}

/** A meter provider that throws must not end the exporter; it is asked again where the heap was duplicated. */
function metricsOf(
  provider: MeterProvider,
  target: AgentTarget,
  diagnostics: Diagnostics,
): ExporterMetrics | undefined {
  try {
    return new ExporterMetrics(provider, target);
  } catch (error) {
    const message = `selfObsMeterProvider failed, there are no metrics: ${reasonOf(error)}`;
    diagnostics.warn('selfObsMeterProvider', message);
    return undefined;
  }
}

/**
 * Takes the rates of an answer, or logs its text: the Agent says in plain text why it refused a payload. Of a page it
 * warns if the status says that all went well, as a web server may say of any request.
 */
function noteReplies(
  options: ResolvedOptions,
  sampleRates: SampleRates,
  diagnostics: Diagnostics,
): (reply: Reply) => void {
  const isHidden = mayRepeatSecrets(options);
  const request = describeRequest(options.target);
  return ({ status, text, ratesVersion }) => {
    const hasRates = sampleRates.update(text, ratesVersion);
    const isUsual = text === '' || text === '{}'; // from an Agent whose rates have not changed
    if (hasRates || isUsual) return;
    if (isSuccess(status) && isPage(text)) diagnostics.warn('page', `${request}: ${PAGE_TAKEN}`);
    const excerpt = isHidden
      ? 'a text that is not shown, because requests carry headers or credentials of yours'
      : JSON.stringify(text.slice(0, MAX_EXCERPT_CHARS));
    diagnostics.debug(`reply ${status}`, `the Agent answered with status ${status} and ${excerpt}`);
  };
}

/** Of HTML or XML, behind white space, of which a byte order mark is some. */
function isPage(text: string): boolean {
  return text.trimStart().startsWith('<');
}

function sendQueue(options: ResolvedOptions, clock: Clock, headers: HeadersOf): SendQueue {
  const { rejectUnauthorized } = options.environment;
  const settings = { ...options, rejectUnauthorized, clock, headersOf: headers };
  const connections = Array.from(
    { length: options.maxConnections },
    () => new AgentConnection(settings),
  );
  return new SendQueue(connections, clock);
}

function headersOf(options: ResolvedOptions, sampleRates: SampleRates): HeadersOf {
  return requestHeaders({
    ...containerIdentity(),
    tracerVersion: PACKAGE_VERSION,
    externalEnv: options.environment.externalEnv,
    authorization: authorizationOf(options.target),
    extra: options.headers,
    ratesVersion: () => sampleRates.version,
  });
}

function authorizationOf(target: AgentTarget): string | undefined {
  return target.transport === 'tcp' ? target.authorization : undefined;
}
