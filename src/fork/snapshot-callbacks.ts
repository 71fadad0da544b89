// Owns the two moments of a startup snapshot: before the heap is written, and after it was read again
// in another process. Knows nothing of what is done then.

import { startupSnapshot } from 'node:v8';

interface SnapshotCallbacks {
  /** The heap is about to be written; the process that builds it ends then. */
  serialize(): void;
  /** The heap was read by a process that starts with it, before its main function. */
  deserialize(): void;
}

/** Whether the heap of this process is going to be written as a startup snapshot. */
export function isBuildingSnapshot(): boolean {
  return startupSnapshot.isBuildingSnapshot();
}

/** Stays true in the heap of each process that starts with the snapshot. */
const wasLoadedInBuild = isBuildingSnapshot();

/** Whether this process was started with a startup snapshot, with this module in it or with `--snapshot-blob`. */
export function isOfSnapshot(): boolean {
  if (isBuildingSnapshot()) return false;
  return wasLoadedInBuild || process.execArgv.some((flag) => flag.startsWith('--snapshot-blob'));
}

/** To be called only while a snapshot is being built; it cannot be undone. */
export function onSnapshot(callbacks: SnapshotCallbacks): void {
  startupSnapshot.addSerializeCallback(() => callbacks.serialize());
  startupSnapshot.addDeserializeCallback(() => callbacks.deserialize());
}
