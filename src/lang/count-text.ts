// Owns how messages word how many there are. Knows nothing of what is counted.

/** `1 span`, `2 spans`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
