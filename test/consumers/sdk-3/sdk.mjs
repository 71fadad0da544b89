// Owns what the contract needs to know of SDK 3.x: the names and constructors that differ from line
// to line. Tests nothing.

import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, startNodeSdk } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { tracerProvider } from './set-ups.mjs';

export { ExportResultCode, isTracingSuppressed } from '@opentelemetry/core';
export { AlwaysOffSampler, SamplingDecision } from '@opentelemetry/sdk-trace';

/** Whether processors hear of a span before it ends. */
export const HAS_ON_ENDING = true;
/** Whether attributes may be objects, or lists of different things. */
export const TAKES_ANY_VALUE = true;

export const newContextManager = () => new AsyncLocalStorageContextManager();
export const newProvider = (config) => new TracerProvider(config);
export const simple = (exporter) => new SimpleSpanProcessor({ exporter });
export const batch = (exporter, config) => new BatchSpanProcessor({ exporter, ...config });
export const newResource = (attributes) => resourceFromAttributes(attributes);
export const newLateResource = (attributes, key, whenKnown) => {
  return resourceFromAttributes({ ...attributes, [key]: whenKnown });
};

/** The ways in which this line sets up an application: each gives what shuts it down. */
export const SET_UPS = [
  tracerProvider(TracerProvider, newContextManager),
  {
    name: 'new NodeSDK()',
    start: (spanProcessors) => {
      const sdk = new NodeSDK({ spanProcessors });
      sdk.start();
      return sdk;
    },
  },
  {
    name: 'startNodeSdk()',
    // Without the other signals, which would look for a collector.
    start: (spanProcessors) => {
      return startNodeSdk({ spanProcessors, metricReaders: [], logRecordProcessors: [] });
    },
  },
];
