// Owns measuring what something took of the time of this process. On a busy machine the clock on the wall
// counts what others take as well, and a limit of milliseconds would be one for them. Waiting takes none.

/** Returns the milliseconds since then: by the clock, or of the processor where that is less. */
export function startOwnTime(): () => number {
  const start = performance.now();
  const startCpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(startCpu);
    return Math.min(performance.now() - start, (user + system) / 1_000);
  };
}
