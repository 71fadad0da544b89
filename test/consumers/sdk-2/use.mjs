// Owns an ESM user of SDK 2.x: real spans through its batch processor to the Agent of the
// environment. Prints what the SDK says about the spans, and the exporter's account.

import * as api from '@opentelemetry/api';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter } from 'opentelemetry-exporter-datadog-agent';
import { emitSpans } from './emit-spans.cjs';

const exporter = new DatadogSpanExporter({ service: 'shop' });
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });

const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0') });
await provider.forceFlush();
await exporter.forceFlush();
await provider.shutdown();
process.stdout.write(JSON.stringify({ spans, stats: exporter.stats() }));
