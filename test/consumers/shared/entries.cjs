// Owns the proof of which entries of the installed package can be required, and that its development
// Agent starts. Prints what each specifier gave.

const { inspectEntry, specifiers, version } = require('./entry-list.cjs');

async function main() {
  const entries = {};
  for (const specifier of specifiers) {
    entries[specifier] = await inspectEntry(() => require(specifier));
  }
  process.stdout.write(JSON.stringify({ version, entries }));
}

void main();
