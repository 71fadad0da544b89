// The public entry `opentelemetry-exporter-datadog-agent/dev-agent`. The exporter does not import
// it, nor does it import the exporter: what is tested with it is judged independently.

export { startDevAgent, type DevAgent } from './dev-agent.js';
export type { DevAgentOptions, DevAgentReply, WaitOptions } from './dev-agent-options.js';
export type { Listener, ReceivedRequest, ReceivedTrace } from './received-request.js';
export type {
  ReceivedEvent,
  ReceivedEventScalar,
  ReceivedEventValue,
  ReceivedLink,
  ReceivedSpan,
} from './received-span.js';
export type { Violation, ViolationEffect } from './violation.js';
