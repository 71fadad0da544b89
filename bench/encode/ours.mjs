// Owns our encoder as the exporter uses it: a batch at a time, and the memory of a payload given back.

import { V04Encoder } from '../dist/internals.mjs';

const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
/** What a process without options and environment has. */
const SETTINGS = {
  service: undefined,
  env: undefined,
  version: undefined,
  tags: {},
  environment: {
    service: undefined,
    env: undefined,
    version: undefined,
    tags: {},
    resourceAttributes: new Map(),
  },
  exceptionTags: true,
  runtimeId: '11111111-2222-4333-8444-555555555555',
  processId: 4711,
};

/** @returns a function that calls `use` with the bytes of each payload, valid during the call. */
export function ourEncoder() {
  const encoder = new V04Encoder(SETTINGS, MAX_PAYLOAD_BYTES);
  return (spans, use) => {
    const encoding = encoder.begin(spans);
    do {
      for (const { body, recycle } of encoding.advance(Infinity).payloads) {
        use(body);
        recycle();
      }
    } while (!encoding.isDone);
  };
}
