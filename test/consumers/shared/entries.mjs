// Owns the proof of which entries of the installed package can be imported, and that its development
// Agent starts. Prints what each specifier gave.

import { inspectEntry, specifiers, version } from './entry-list.cjs';

const entries = {};
for (const specifier of specifiers) {
  entries[specifier] = await inspectEntry(() => import(specifier));
}
process.stdout.write(JSON.stringify({ version, entries }));
