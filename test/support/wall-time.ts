// Owns measuring how long something takes by the clock on the wall, where waiting counts.

export async function millisOf(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
