// Owns the lengths beyond which texts are cut, in bytes of UTF-8.
// Source of those of the Agent: datadog-agent, pkg/trace/agent/truncator.go and normalizer.go.

/** For texts of ours, and for those that were cut before. */
export const UNLIMITED = 0x3fff_ffff;
export const MAX_RESOURCE_BYTES = 5_000;
export const MAX_TYPE_BYTES = 100;
export const MAX_TAG_KEY_BYTES = 200;
export const MAX_TAG_VALUE_BYTES = 25_000;
/** Links that are looked at: more than fit into a request of 25 MiB, where each takes 70 bytes at least. */
export const MAX_LINKS = 400_000;
/** After so many parts of one value that do not fit, the others are not even tried: each may be long. */
export const MAX_MISFITS = 4;
