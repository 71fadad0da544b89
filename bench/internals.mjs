// Owns which parts of the package are measured by themselves. Bundled by build.mjs; no public entry has them.

export { parseAgentUrl } from '../src/agent-target.ts';
export { systemClock } from '../src/lang/clock.ts';
export { V04Encoder } from '../src/payload/v04-encoder.ts';
export { AgentConnection } from '../src/transport/agent-connection.ts';
export { tokenFor } from '../src/transport/attempt-tokens.ts';
export { requestHeaders } from '../src/transport/request-headers.ts';
