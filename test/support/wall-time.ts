// Owns measuring how long something takes by the clock on the wall, where waiting counts. This clock stands
// still while a busy machine does not let the process run.

const BEAT_MILLIS = 10;
const MICROS_PER_MILLI = 1_000;

let starvedMillis = 0;
let lastMillis = performance.now();
let lastCpu = process.cpuUsage();

setInterval(beat, BEAT_MILLIS).unref();

/** One that is late by more than a beat, and not because of work, came when the machine let it. */
function beat(): void {
  const nowMillis = performance.now();
  const { user, system } = process.cpuUsage(lastCpu);
  const lateMillis = nowMillis - lastMillis - BEAT_MILLIS - (user + system) / MICROS_PER_MILLI;
  if (lateMillis > BEAT_MILLIS) starvedMillis += lateMillis;
  lastMillis = nowMillis;
  lastCpu = process.cpuUsage();
}

/** Milliseconds on that clock, for differences. */
export function wallMillis(): number {
  beat();
  return lastMillis - starvedMillis;
}

export async function millisOf(task: () => Promise<unknown>): Promise<number> {
  const start = wallMillis();
  await task();
  return wallMillis() - start;
}
