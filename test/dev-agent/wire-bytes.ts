// Owns hand-made msgpack for tests in which the wire type matters. Writes what it is told, also
// what no encoder would.

export type WireBytes = readonly number[];
export type WireEntries = readonly (readonly [key: WireBytes, value: WireBytes])[];

export const NIL: WireBytes = [0xc0];
export const TRUE: WireBytes = [0xc3];
export const FLOAT32_ONE: WireBytes = [0xca, 0x3f, 0x80, 0, 0];

export function str(text: string | WireBytes): WireBytes {
  const bytes = typeof text === 'string' ? [...Buffer.from(text)] : text;
  return [0xda, bytes.length >> 8, bytes.length & 0xff, ...bytes];
}

export function bin(bytes: WireBytes): WireBytes {
  return [0xc4, bytes.length, ...bytes];
}

export function float64(value: number): WireBytes {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return [0xcb, ...bytes];
}

export function uint64(value: bigint): WireBytes {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return [0xcf, ...bytes];
}

export function int64(value: bigint): WireBytes {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return [0xd3, ...bytes];
}

export function array(elements: readonly WireBytes[]): WireBytes {
  return [0xdc, elements.length >> 8, elements.length & 0xff, ...elements.flat()];
}

export function map(entries: WireEntries): WireBytes {
  const content = entries.flatMap(([key, value]) => [...key, ...value]);
  return [0xde, entries.length >> 8, entries.length & 0xff, ...content];
}

/** A map with text keys, each once. */
export function record(fields: Readonly<Record<string, WireBytes>>): WireBytes {
  return map(Object.entries(fields).map(([key, value]) => [str(key), value]));
}
