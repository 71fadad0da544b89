// Owns an ESM user of SDK 2.x who puts the ForkSafeSpanProcessor in front of its batch processor,
// and then ends the process.

import * as api from '@opentelemetry/api';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';
import { emitSpans } from './emit-spans.cjs';
import { endPipeline } from './end-pipeline.cjs';

const exporter = new DatadogSpanExporter({ service: 'shop' });
const createProcessor = (to) => new BatchSpanProcessor(to);
const spanProcessors = [new ForkSafeSpanProcessor({ exporter, createProcessor })];
const provider = new NodeTracerProvider({ spanProcessors });

const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0') });
await endPipeline({ provider, exporter, spans });
