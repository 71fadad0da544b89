// Owns what a test of the matrix tells the table about its cell. Judges nothing and prints nothing.

/** In the order of the table. */
export const COLUMNS = ['npm', 'contract', 'types', 'pnpm'] as const;

export type Column = (typeof COLUMNS)[number];

/** Where a test stands in the table, and what to write there if it passes. */
export interface Cell {
  readonly node: string;
  readonly line: string;
  readonly column: Column;
  readonly text: string;
  /** A sentence below the table. */
  readonly note?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    cell?: Cell;
  }
}
