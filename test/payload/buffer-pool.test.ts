import { describe, expect, it, vi } from 'vitest';
import { BufferPool } from '../../src/payload/buffer-pool.js';
import { MsgpackWriter } from '../../src/payload/msgpack-writer.js';

const MIB = 1_024 * 1_024;

describe('a pool', () => {
  it('gives a buffer out again that is large enough', () => {
    const pool = new BufferPool();
    const buffer = pool.take(1_000);
    pool.give(buffer);

    expect(pool.take(1_025)).not.toBe(buffer);
    expect(pool.take(900)).toBe(buffer);
    expect(pool.take(900)).not.toBe(buffer);
  });

  it('gives the smallest out of those that are large enough', () => {
    const pool = new BufferPool();
    const buffers = [4_096, 1_024, 2_048].map((bytes) => pool.take(bytes));
    for (const buffer of buffers) pool.give(buffer);

    expect([900, 900, 900].map((bytes) => pool.take(bytes).length)).toEqual([1_024, 2_048, 4_096]);
  });

  it('keeps at most 8 MiB, the latest that fit', () => {
    const pool = new BufferPool();
    const sizes = [1, 8, 4, 2, 4, 1];
    const buffers = sizes.map((mib) => pool.take(mib * MIB));
    for (const buffer of buffers) pool.give(buffer);

    const kept = Array.from({ length: 4 }, () => pool.take(1)).map(({ length }) => length / MIB);

    expect(kept.filter((mib) => mib >= 1)).toEqual([1, 2, 4]);
  });

  it('keeps what it has when it is given one that is larger than all that it may keep', () => {
    const pool = new BufferPool();
    const buffer = pool.take(MIB);
    pool.give(buffer);
    pool.give(pool.take(16 * MIB));

    expect(pool.take(MIB) === buffer).toBe(true); // to show a difference of such sizes would take a minute
  });

  it('keeps six at most', () => {
    const pool = new BufferPool();
    const buffers = Array.from({ length: 8 }, () => pool.take(1_000));
    for (const buffer of buffers) pool.give(buffer);

    const again = Array.from({ length: 8 }, () => pool.take(1_000));

    expect(again.filter((buffer) => buffers.includes(buffer))).toHaveLength(6);
  });

  it('gives out none that is twice as large, where that matters', () => {
    const pool = new BufferPool();
    const small = pool.takeSnug(1_000);
    const large = pool.takeSnug(2_048);
    for (const buffer of [large, small]) pool.give(buffer);

    expect(pool.takeSnug(1_024)).toBe(small);
    expect(pool.takeSnug(1_024)).not.toBe(large);
    expect(pool.takeSnug(1_025)).toBe(large);
  });
});

describe('what a writer hands over', () => {
  function someBytes(bytes: number): Uint8Array {
    return Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + bytes) % 256);
  }

  it('is not disturbed by what is written next, until it is given back', () => {
    const writer = new MsgpackWriter(64);
    const first = someBytes(60);
    const second = someBytes(61);
    writer.bytes(first);
    const handedOver = writer.handOver();
    writer.bytes(second);

    expect(Buffer.from(handedOver.bytes)).toEqual(Buffer.from(first));
    expect(Buffer.from(writer.copyFrom(0))).toEqual(Buffer.from(second));

    handedOver.recycle();
    const { bytes } = writer.handOver();
    writer.bytes(first);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(second));
    expect(writer.handOver().bytes.buffer).toBe(handedOver.bytes.buffer);
  });

  it('is a copy where most of the buffer would be wasted', () => {
    const writer = new MsgpackWriter(64 * 1_024);
    const first = someBytes(10);
    writer.bytes(first);

    const { bytes } = writer.handOver();
    writer.bytes(someBytes(11));

    expect(writer.position).toBe(11);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(first));
    // The writer has kept its buffer, and would have overwritten a view of it.
    writer.bytes(someBytes(60_000));
    expect(writer.handOver().bytes.buffer.byteLength).toBe(64 * 1_024);
  });

  it('is copied into memory that was used before', () => {
    const writer = new MsgpackWriter(256 * 1_024);
    const texts = [40_000, 50_000, 60_000].map(someBytes);
    const memory = texts.map((text) => {
      writer.bytes(text);
      const { bytes, recycle } = writer.handOver();
      expect(Buffer.from(bytes)).toEqual(Buffer.from(text));
      recycle();
      return bytes.buffer;
    });

    expect(memory[0]?.byteLength).toBe(64 * 1_024);
    expect(new Set(memory).size).toBe(1);
  });

  it('is not copied any more once a large one is followed by usual ones', () => {
    const writer = new MsgpackWriter(64);
    const usual = someBytes(900);
    const copied = vi.spyOn(Buffer.prototype, 'copy');

    const copies = [someBytes(1_100), usual, usual, usual, usual].map((bytes) => {
      writer.bytes(bytes);
      copied.mockClear();
      const handedOver = writer.handOver();
      expect(Buffer.from(handedOver.bytes)).toEqual(Buffer.from(bytes));
      handedOver.recycle();
      return copied.mock.calls.length;
    });

    expect(copies).toEqual([0, 1, 0, 0, 0]);
    copied.mockRestore();
  });

  it('takes no new memory, either, after a burst of large ones, while one is on its way', () => {
    const writer = new MsgpackWriter(64);
    const handOver = (bytes: number): (() => void) => {
      writer.bytes(someBytes(bytes));
      return writer.handOver().recycle;
    };
    const burst = Array.from({ length: 8 }, () => handOver(1_100));
    for (const recycle of burst) recycle();
    const allocated = vi.spyOn(Buffer, 'allocUnsafeSlow');

    let recycle = handOver(900);
    for (let count = 0; count < 20; count++) {
      const next = handOver(900);
      recycle();
      recycle = next;
    }

    expect(allocated.mock.calls.length).toBeLessThan(4);
    allocated.mockRestore();
  });
});
