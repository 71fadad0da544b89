// Owns waking up the timers of a process that was restored from a startup snapshot. Knows nothing of
// what they are for.

/**
 * Node remembers when its next timer expires. If an unref'd timer was pending or had been cleared when the
 * snapshot was built, that moment stays in the heap, and no timer that would expire later fires
 * (measured on Node 20, 22, 24 and 26). A timer that expires earlier makes Node ask the system again.
 */
export function healTimers(): void {
  setTimeout(() => undefined, 1).unref();
}
