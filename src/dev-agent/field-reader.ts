// Owns which wire families the Agent accepts for a field of a given type, and what it makes of the
// odd ones. Knows nothing of which fields there are.

import { isUtf8 } from 'node:buffer';
import { PayloadRefused, type Violation } from './violation.js';
import type { WireFamily, WireHead } from './wire-head.js';
import type { WireScanner } from './wire-scanner.js';

/** A payload being decoded: the position in it, and where to report violations that do not stop it. */
export interface Decoding {
  readonly wire: WireScanner;
  readonly report: (violation: Violation) => void;
}

/**
 * Whether nil and bin may stand for another type. The Agent's decoder is lenient with the fields of a span, but not
 * everywhere in span links and events.
 */
export type Leniency = 'lenient' | 'strict';

const INTEGERS: readonly WireFamily[] = ['int', 'uint'];
const NUMBERS: readonly WireFamily[] = ['int', 'uint', 'float64'];
const FLOATS: readonly WireFamily[] = ['float32', 'float64'];
/** In place of the library's decoder, which drops a BOM and does not replace what is not UTF-8. */
const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });

export function readString(decoding: Decoding, path: string, leniency: Leniency): string {
  const head = decoding.wire.peek(path);
  if (head.family === 'str') return decodeText(decoding, path, head);
  if (leniency === 'strict') throw wrongType(head, path, 'a str');
  if (readNil(decoding, path, 'an empty string')) return '';
  if (head.family !== 'bin') throw wrongType(head, path, 'a str');
  report(
    decoding,
    'bin-string',
    path,
    'found bin; the Agent wants str, and takes the bytes as one',
  );
  return decodeText(decoding, path, head);
}

/** Reads an id: a uint64, or an int64 whose bits the Agent takes as they are. */
export function readUint64(decoding: Decoding, path: string, leniency: Leniency): bigint {
  if (leniency === 'lenient' && readNil(decoding, path, '0')) return 0n;
  const value = readInteger(decoding, path);
  if (value >= 0n) return value;
  if (leniency === 'strict') throw overflow(path, value, 'uint64');
  const unsigned = BigInt.asUintN(64, value);
  report(decoding, 'negative-id', path, `found ${value}; the Agent reads it as ${unsigned}`);
  return unsigned;
}

export function readInt64(decoding: Decoding, path: string, leniency: Leniency): bigint {
  if (leniency === 'lenient' && readNil(decoding, path, '0')) return 0n;
  const value = readInteger(decoding, path);
  if (value !== BigInt.asIntN(64, value)) throw overflow(path, value, 'int64');
  return value;
}

export function readInt32(decoding: Decoding, path: string, leniency: Leniency): number {
  if (leniency === 'lenient' && readNil(decoding, path, '0')) return 0;
  const value = readInteger(decoding, path);
  if (value !== BigInt.asIntN(32, value)) throw overflow(path, value, 'int32');
  return Number(value);
}

export function readUint32(decoding: Decoding, path: string): number {
  const value = readInteger(decoding, path);
  if (value !== BigInt.asUintN(32, value)) throw overflow(path, value, 'uint32');
  return Number(value);
}

/** Reads a double, for which the lenient decoder takes integers and float64, the strict one either float. */
export function readFloat64(decoding: Decoding, path: string, leniency: Leniency): number {
  if (leniency === 'strict') {
    return decoding.wire.takeFloat64(expectFamily(decoding, path, FLOATS, 'a float'));
  }
  if (readNil(decoding, path, '0')) return 0;
  const head = expectFamily(decoding, path, NUMBERS, 'an int, uint or float64');
  if (head.family === 'float64') return decoding.wire.takeFloat64(head);
  return Number(decoding.wire.takeInteger(head));
}

export function readBoolean(decoding: Decoding, path: string): boolean {
  return decoding.wire.takeBoolean(expectFamily(decoding, path, ['bool'], 'a bool'));
}

export function readBytes(decoding: Decoding, path: string): Uint8Array {
  return decoding.wire.take(expectFamily(decoding, path, ['bin'], 'a bin'));
}

/** The number of elements of an array, which follow one after the other. */
export function readArrayLength(decoding: Decoding, path: string): number {
  const head = expectFamily(decoding, path, ['array'], 'an array');
  decoding.wire.take(head);
  return head.elements;
}

/** The number of entries of a map, whose keys and values follow in turn. */
export function readMapLength(decoding: Decoding, path: string): number {
  const head = expectFamily(decoding, path, ['map'], 'a map');
  decoding.wire.take(head);
  return head.elements / 2;
}

/** Moves past a nil, if there is one, and reports it; returns whether there was one. */
export function readNil(decoding: Decoding, path: string, replacement: string): boolean {
  const head = decoding.wire.peek(path);
  if (head.family !== 'nil') return false;
  decoding.wire.take(head);
  report(decoding, 'nil-value', path, `found nil; the Agent reads it as ${replacement}`);
  return true;
}

function readInteger(decoding: Decoding, path: string): bigint {
  return decoding.wire.takeInteger(expectFamily(decoding, path, INTEGERS, 'an int or uint'));
}

function decodeText(decoding: Decoding, path: string, head: WireHead): string {
  const bytes = decoding.wire.take(head);
  if (!isUtf8(bytes)) {
    report(decoding, 'invalid-utf8', path, 'the Agent replaces what is not UTF-8 by U+FFFD');
  }
  return TEXT.decode(bytes);
}

function expectFamily(
  decoding: Decoding,
  path: string,
  families: readonly WireFamily[],
  wanted: string,
): WireHead {
  const head = decoding.wire.peek(path);
  if (!families.includes(head.family)) throw wrongType(head, path, wanted);
  return head;
}

function report(decoding: Decoding, rule: string, path: string, message: string): void {
  decoding.report({ rule, effect: 'repaired', path, message });
}

function wrongType(head: WireHead, path: string, wanted: string): PayloadRefused {
  const message = `found ${head.family}; the Agent wants ${wanted}, and refuses the whole payload`;
  return new PayloadRefused('wire-type', path, message);
}

function overflow(path: string, value: bigint, type: string): PayloadRefused {
  const message = `${value} does not fit into ${type}; the Agent refuses the whole payload`;
  return new PayloadRefused('integer-overflow', path, message);
}
