// Owns reading the code blocks of a Markdown file.

import { readFileSync } from 'node:fs';

export interface CodeBlock {
  /** What follows the three back-ticks: the language, and a mark of ours if there is one. */
  readonly info: string;
  readonly code: string;
  /** The heading above. */
  readonly heading: string;
}

export function codeBlocks(file: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let open: { info: string; lines: string[] } | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (open === undefined) {
      if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
      if (line.startsWith('```')) open = { info: line.slice(3), lines: [] };
    } else if (line === '```') {
      blocks.push({ info: open.info, code: open.lines.join('\n'), heading });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  return blocks;
}

/** The code blocks by the file name in their first line, `// NAME.mjs`, else by what marks them. */
export function modulesByName(file: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    codeBlocks(file).map(({ info, code }) => [/^\/\/ (\S+\.mjs)\n/.exec(code)?.[1] ?? info, code]),
  );
}
