// Owns an ESM user of SDK 3.x who takes the DatadogBatchSpanProcessor instead of its own, and
// then ends the process.

import * as api from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
} from 'opentelemetry-exporter-datadog-agent';
import { emitSpans } from './emit-spans.cjs';
import { endPipeline } from './end-pipeline.cjs';

const exporter = new DatadogSpanExporter({ service: 'shop' });
const spanProcessors = [new DatadogBatchSpanProcessor({ exporter })];
const provider = new TracerProvider({ spanProcessors });

const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0') });
await endPipeline({ provider, exporter, spans });
