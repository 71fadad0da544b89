// Owns sending spans into one Agent on both paths: our exporter's, and OTLP as OpenTelemetry's own
// exporter writes it.

import type { ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { DatadogSpanExporter } from '../src/index.js';
import type { AgentProcess } from './agent-process.js';
import type { TracerPayload } from './received.js';

/** What an exporter of either kind has. */
interface Exporter {
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

export async function sendNative(
  agent: AgentProcess,
  traces: readonly (readonly ReadableSpan[])[],
): Promise<readonly TracerPayload[]> {
  return send(agent, new DatadogSpanExporter({ url: agent.tcpUrl }), traces);
}

export async function sendOtlp(
  agent: AgentProcess,
  traces: readonly (readonly ReadableSpan[])[],
): Promise<readonly TracerPayload[]> {
  return send(agent, new OTLPTraceExporter({ url: agent.otlpUrl }), traces);
}

/**
 * One export for each trace, because each has an OTel resource of its own, as every process has.
 *
 * @returns what the Agent sent on, of these spans alone.
 */
async function send(
  agent: AgentProcess,
  exporter: Exporter,
  traces: readonly (readonly ReadableSpan[])[],
): Promise<readonly TracerPayload[]> {
  await agent.reset();
  for (const spans of traces) {
    const result = await exported(exporter, spans);
    if (result.error !== undefined) throw result.error;
  }
  await exporter.shutdown();
  await agent.flush();
  return agent.received();
}

function exported(exporter: Exporter, spans: readonly ReadableSpan[]): Promise<ExportResult> {
  return new Promise((resolve) => {
    exporter.export([...spans], resolve);
  });
}
