// Owns attribute values that only SDK 3 lets through; older lines drop them.

const attributes = {
  'order.nested': { id: 7, lines: [{ sku: 'a-1', bytes: new Uint8Array([1, 2]) }] },
  'order.mixed': ['text', 1.5, true, null],
  'order.bytes': new Uint8Array([0xde, 0xad, 0xbe, 0xef]),
  'order.none': null,
};

module.exports = { attributes };
