// Owns the temporary directory in which the Unix socket of the Agent lies.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporarySocketPath() {
  const directory = mkdtempSync(join(tmpdir(), 'datadog-demo-'));
  return {
    path: join(directory, 'apm.socket'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
