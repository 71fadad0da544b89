// Owns the numbers of the Agent that several rules and replies share. Holds no logic.

/** A body must stay below this; one of exactly this length is refused. */
export const MAX_REQUEST_BYTES = 26_214_400;
/** Limit of service, operation name and span type. */
export const MAX_NAME_BYTES = 100;
export const MAX_RESOURCE_BYTES = 5000;
/** Limit of the keys of meta and metrics. */
export const MAX_TAG_KEY_BYTES = 200;
export const MAX_META_VALUE_BYTES = 25_000;
/** 2000-01-01T00:00:00Z: spans that start before are taken for broken. */
export const MIN_START_UNIX_NANOS = 946_684_800_000_000_000n;
/** Idle connections are closed after this, and a request must arrive completely within it. */
export const READ_TIMEOUT_MILLIS = 5000;
