// Owns the position in a payload: hands out heads, data and numbers one value after the other, and
// refuses bytes that are cut off or declare absurd sizes. Knows nothing of spans.
//
// Values are decoded by @msgpack/msgpack, but one at a time: a whole payload decoded at once no
// longer tells a float64 from an int, nor that a key occurred twice, and `__proto__` is refused.

import { Decoder } from '@msgpack/msgpack';
import { PayloadRefused } from './violation.js';
import { parseWireHead, type WireHead } from './wire-head.js';

/** The Agent refuses containers that declare more elements than this. */
const MAX_CONTAINER_LENGTH = 25_000_000;
/** The depth at which the Agent's decoder gives up on a value that it skips. */
const MAX_SKIP_DEPTH = 100_000;

/** Walks over msgpack bytes, from the first value to the last. */
export class WireScanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #scalars = new Decoder({ useBigInt64: true });
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remainingBytes(): number {
    return this.#bytes.byteLength - this.#offset;
  }

  /** The head of the next value, which is known to be complete; does not move. */
  peek(path: string): WireHead {
    const head = parseWireHead(this.#view, this.#offset);
    if (head === undefined) throw cutOff(path, 'a value is missing');
    const bodyBytes = this.remainingBytes - head.headBytes;
    if (head.dataBytes > bodyBytes) {
      throw cutOff(path, `a ${head.family} of ${head.dataBytes} bytes has only ${bodyBytes}`);
    }
    if (head.elements > 0) refuseAbsurdContainer(head, bodyBytes, path);
    return head;
  }

  /** Moves past the head and data of the value that `head` was peeked from; returns its data. */
  take(head: WireHead): Uint8Array {
    const start = this.#offset + head.headBytes;
    this.#offset = start + head.dataBytes;
    return this.#bytes.subarray(start, this.#offset);
  }

  takeBoolean(head: WireHead): boolean {
    return this.#takeScalar(head) === true;
  }

  takeFloat64(head: WireHead): number {
    return Number(this.#takeScalar(head));
  }

  /** The value of an int or uint. */
  takeInteger(head: WireHead): bigint {
    const value = this.#takeScalar(head);
    return typeof value === 'bigint' ? value : BigInt(Number(value));
  }

  /** Moves past one value with all that is in it. */
  skip(path: string): void {
    const openContainers: number[] = [];
    let elementsLeft = 1;
    while (elementsLeft > 0 || openContainers.length > 0) {
      if (elementsLeft === 0) {
        elementsLeft = openContainers.pop() ?? 0;
        continue;
      }
      const head = this.peek(path);
      if (head.family === 'reserved') throw reservedByte(path);
      this.take(head);
      elementsLeft -= 1;
      if (head.elements === 0) continue;
      openContainers.push(elementsLeft);
      elementsLeft = head.elements;
      if (openContainers.length > MAX_SKIP_DEPTH) throw tooDeep(path);
    }
  }

  /** The library's value of a number or boolean, whose family has been judged by its head. */
  #takeScalar(head: WireHead): unknown {
    const start = this.#offset;
    this.take(head);
    return this.#scalars.decode(this.#bytes.subarray(start, this.#offset));
  }
}

function refuseAbsurdContainer(head: WireHead, bodyBytes: number, path: string): void {
  const length = head.family === 'map' ? head.elements / 2 : head.elements;
  if (length > MAX_CONTAINER_LENGTH) {
    const message = `the ${head.family} declares ${length} elements; the Agent refuses a payload with more than ${MAX_CONTAINER_LENGTH} in one container`;
    throw new PayloadRefused('container-too-large', path, message);
  }
  // Every value takes at least a byte: no need to walk to the end to see that it comes too early.
  if (head.elements > bodyBytes) {
    throw cutOff(path, `a ${head.family} of ${length} elements has only ${bodyBytes} bytes`);
  }
}

function cutOff(path: string, found: string): PayloadRefused {
  const message = `the payload ends too early: ${found}; the Agent refuses the whole payload`;
  return new PayloadRefused('payload-truncated', path, message);
}

function reservedByte(path: string): PayloadRefused {
  const message = 'the type byte 0xc1 is not msgpack; the Agent refuses the whole payload';
  return new PayloadRefused('wire-type', path, message);
}

function tooDeep(path: string): PayloadRefused {
  const message = `the value nests deeper than ${MAX_SKIP_DEPTH} containers; the Agent refuses the whole payload`;
  return new PayloadRefused('nested-too-deep', path, message);
}
