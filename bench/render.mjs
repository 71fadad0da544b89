// Writes the page and its charts anew from performance.json; measures nothing:
//
//   node bench/render.mjs [DIRECTORY]    docs, or another one with performance.md and performance.json

import { writePage } from './report/page.mjs';
import { DOCS } from './report/results-file.mjs';

await writePage(process.argv[2] ?? DOCS);
