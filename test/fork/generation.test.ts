import { describe, expect, it } from 'vitest';
import { generations, nextGeneration } from '../../src/fork/generation.js';

describe('the present generation', () => {
  it('stays until the heap is duplicated', () => {
    const { present } = generations();

    expect(generations().present).toBe(present);
  });

  it('is another one afterwards, for whoever holds on to the holder', () => {
    const holder = generations();
    const { present } = holder;

    nextGeneration();

    expect(holder.present).toMatchObject({ number: present.number + 1 });
  });

  it('is shared with other copies of the package', () => {
    const key = Symbol.for('opentelemetry-exporter-datadog-agent.generations.v1');

    expect(Reflect.get(globalThis, key)).toBe(generations());
  });
});
