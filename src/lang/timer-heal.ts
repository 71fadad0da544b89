// Owns waking up the timers of a process that was restored from a startup snapshot. Knows nothing of
// who wants to time what.

/**
 * Node remembers when its next timer expires. If one that does not keep the process alive was pending
 * or cleared when the snapshot was built, that moment stays in the heap, and no timer fires that would
 * expire later (measured on Node 20, 22, 24 and 26). A shorter one makes Node ask the system again.
 */
export function healTimers(): void {
  setTimeout(() => undefined, 1).unref();
}
