// Owns reading what the operating system says in small files. Knows nothing of what is in them.

import { readFileSync } from 'node:fs';

/** The text of a file such as those below `/proc`; empty if there is none, or none that may be read. */
export function systemText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not Linux, or not allowed to look
  }
}
