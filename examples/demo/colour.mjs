// Owns colour: only on a terminal that has some, and unless NO_COLOR is set.

export function red(text) {
  return process.stdout.hasColors?.() ? `\u001B[31m${text}\u001B[39m` : text;
}
