// Owns holding back a script until the test lets it go on.

export interface Gate {
  /** A step that ends when the gate is open. */
  readonly pass: () => Promise<void>;
  readonly open: () => void;
}

export function openGate(): Gate {
  let open: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { pass: () => isOpen, open };
}
