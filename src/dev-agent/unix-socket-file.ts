// Owns the file of a Unix socket before a server listens on it: removes one that a dead server left,
// and nothing else. Does not listen.

import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Longest path that the kernel takes on Linux. Node 20 cuts a longer one and listens somewhere else. */
const MAX_PATH_BYTES = 107;

/**
 * Makes sure that a server can listen at `socketPath`.
 *
 * @throws {Error} if somebody listens there, if the file is no socket, or if the path is too long.
 */
export async function removeStaleSocket(socketPath: string): Promise<void> {
  const bytes = Buffer.byteLength(socketPath);
  if (bytes > MAX_PATH_BYTES) {
    throw new Error(
      `Expected \`socketPath\` to have at most ${MAX_PATH_BYTES} bytes, got ${bytes}: ${socketPath}`,
    );
  }
  const kind = await kindOf(socketPath);
  if (kind === 'nothing') return;
  if (kind === 'other') {
    throw new Error(`Expected \`socketPath\` to be free, got a file at ${socketPath}`);
  }
  if (await isListenedOn(socketPath)) {
    throw new Error(`Expected \`socketPath\` to be free, got a live server at ${socketPath}`);
  }
  await unlink(socketPath);
}

async function kindOf(path: string): Promise<'nothing' | 'socket' | 'other'> {
  const stats = await lstat(path).catch(() => undefined);
  // If the path cannot be examined, the attempt to listen will say why.
  if (stats === undefined) return 'nothing';
  return stats.isSocket() ? 'socket' : 'other';
}

function isListenedOn(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
