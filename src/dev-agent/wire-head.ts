// Owns the msgpack format table: what the first bytes of a value say about its family and length.
// Knows nothing of the payload's structure, and reads no values.

/** The kind of a value on the wire; `reserved` is the one byte (0xc1) that msgpack never uses. */
export type WireFamily =
  | 'nil'
  | 'bool'
  | 'int'
  | 'uint'
  | 'float32'
  | 'float64'
  | 'str'
  | 'bin'
  | 'ext'
  | 'array'
  | 'map'
  | 'reserved';

/** What the head of a value says. */
export interface WireHead {
  readonly family: WireFamily;
  /** Length of the type byte and the length field. */
  readonly headBytes: number;
  /** Length of the data after the head; 0 for containers. */
  readonly dataBytes: number;
  /** Number of values inside: two per entry of a map; 0 for anything but a container. */
  readonly elements: number;
}

/** Family, width of the length field, and data length if there is no length field. */
type Format = readonly [family: WireFamily, lengthBytes: number, dataBytes: number];

/** The formats of the type bytes 0xc0 to 0xdf, in order. */
const FORMATS: readonly Format[] = [
  ['nil', 0, 0],
  ['reserved', 0, 0],
  ['bool', 0, 0],
  ['bool', 0, 0],
  ['bin', 1, 0],
  ['bin', 2, 0],
  ['bin', 4, 0],
  ['ext', 1, 1],
  ['ext', 2, 1],
  ['ext', 4, 1],
  ['float32', 0, 4],
  ['float64', 0, 8],
  ['uint', 0, 1],
  ['uint', 0, 2],
  ['uint', 0, 4],
  ['uint', 0, 8],
  ['int', 0, 1],
  ['int', 0, 2],
  ['int', 0, 4],
  ['int', 0, 8],
  ['ext', 0, 2],
  ['ext', 0, 3],
  ['ext', 0, 5],
  ['ext', 0, 9],
  ['ext', 0, 17],
  ['str', 1, 0],
  ['str', 2, 0],
  ['str', 4, 0],
  ['array', 2, 0],
  ['array', 4, 0],
  ['map', 2, 0],
  ['map', 4, 0],
];
const FIRST_TABLED_BYTE = 0xc0;

/** The head of the value at `offset`, or `undefined` if the bytes end inside the head. */
export function parseWireHead(view: DataView, offset: number): WireHead | undefined {
  if (offset >= view.byteLength) return undefined;
  const typeByte = view.getUint8(offset);
  const format = FORMATS[typeByte - FIRST_TABLED_BYTE];
  if (format === undefined) return fixedHead(typeByte);

  const [family, lengthBytes, dataBytes] = format;
  if (offset + 1 + lengthBytes > view.byteLength) return undefined;
  const length = readLength(view, offset + 1, lengthBytes);
  return head(family, 1 + lengthBytes, dataBytes + length);
}

/** A head whose length, if any, is part of the type byte. */
function fixedHead(typeByte: number): WireHead {
  if (typeByte >= 0xa0 && typeByte <= 0xbf) return head('str', 1, typeByte & 0x1f);
  if (typeByte >= 0x90 && typeByte <= 0x9f) return head('array', 1, typeByte & 0x0f);
  if (typeByte >= 0x80 && typeByte <= 0x8f) return head('map', 1, typeByte & 0x0f);
  return head('int', 1, 0);
}

function head(family: WireFamily, headBytes: number, length: number): WireHead {
  if (family === 'array') return { family, headBytes, dataBytes: 0, elements: length };
  if (family === 'map') return { family, headBytes, dataBytes: 0, elements: 2 * length };
  return { family, headBytes, dataBytes: length, elements: 0 };
}

function readLength(view: DataView, offset: number, lengthBytes: number): number {
  if (lengthBytes === 1) return view.getUint8(offset);
  if (lengthBytes === 2) return view.getUint16(offset);
  if (lengthBytes === 4) return view.getUint32(offset);
  return 0;
}
