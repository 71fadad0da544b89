// Owns a log of fork hooks that ran in the process of the tests, and their removal after each test.

import { afterEach } from 'vitest';
import { atFork, type ForkEvent, type ForkHandle, type ForkHooks } from '../../src/fork.js';

export interface HookLog {
  /** `name stage trigger` of each hook that ran. */
  readonly lines: string[];
  /** A triplet that logs itself under `name`. */
  readonly hooks: (name: string) => Required<ForkHooks>;
  /** `atFork`, undone after the test. */
  readonly register: (hooks: ForkHooks) => ForkHandle;
}

export function hookLog(): HookLog {
  const lines: string[] = [];
  const handles: ForkHandle[] = [];
  afterEach(() => {
    for (const handle of handles.splice(0)) handle.remove();
    lines.length = 0;
  });
  return {
    lines,
    hooks(name) {
      const log = ({ stage, trigger }: ForkEvent): void =>
        void lines.push(`${name} ${stage} ${trigger}`);
      return { before: log, parent: log, child: log };
    },
    register(hooks) {
      const handle = atFork(hooks);
      handles.push(handle);
      return handle;
    },
  };
}
