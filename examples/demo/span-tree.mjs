// Owns the order in which the spans of a trace are shown: children below their parent, by start.

/** Every span once, with its depth; one whose parent is missing in the trace counts as a root. */
export function rowsOf(spans) {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const inOrder = spans.toSorted((a, b) => (a.startUnixNanos < b.startUnixNanos ? -1 : 1));
  const childrenOf = ({ spanId }) => inOrder.filter(({ parentId }) => parentId === spanId);
  const rowsFrom = (span, depth) => [
    { span, depth },
    ...childrenOf(span).flatMap((child) => rowsFrom(child, depth + 1)),
  ];
  return inOrder
    .filter(({ parentId }) => !known.has(parentId))
    .flatMap((root) => rowsFrom(root, 0));
}

/** The span that began the trace. */
export function rootOf(spans) {
  return rowsOf(spans)[0].span;
}
