// Owns why work is cut short. Knows nothing of what the work is.

/** Why work is cut short, and what the caller gave as the reason. */
export interface Cancellation {
  readonly kind: 'timeout' | 'aborted' | 'shutdown';
  readonly cause?: unknown;
}

export const SHUTDOWN: Cancellation = { kind: 'shutdown' };

export function abortedBy(signal: AbortSignal | undefined): Cancellation {
  return { kind: 'aborted', cause: signal?.reason };
}
