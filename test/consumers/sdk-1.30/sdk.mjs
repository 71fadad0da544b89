// Owns what the contract needs to know of SDK 1.30: the names and constructors that differ from line
// to line. Tests nothing.

import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { nodeTracerProvider } from './set-ups.mjs';

export { ExportResultCode, isTracingSuppressed } from '@opentelemetry/core';
export { AlwaysOffSampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';

/** Whether processors hear of a span before it ends. */
export const HAS_ON_ENDING = false;
/** Whether attributes may be objects, or lists of different things. */
export const TAKES_ANY_VALUE = false;

export const newContextManager = () => new AsyncLocalStorageContextManager();
export const newProvider = (config) => new BasicTracerProvider(config);
export const simple = (exporter) => new SimpleSpanProcessor(exporter);
export const batch = (exporter, config) => new BatchSpanProcessor(exporter, config);
export const newResource = (attributes) => new Resource(attributes);
export const newLateResource = (attributes, key, whenKnown) => {
  return new Resource(
    attributes,
    whenKnown.then((value) => ({ [key]: value })),
  );
};

/** The ways in which this line sets up an application: each gives what shuts it down. */
export const SET_UPS = [nodeTracerProvider(NodeTracerProvider)];
