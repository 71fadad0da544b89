// Owns what names resolve to during a test, in the process of the test. Nobody is asked.

import dns from 'node:dns';
import { afterEach } from 'vitest';

/** An address, or the code of the error with which the resolver fails. */
type Answer = readonly string[] | { readonly code: string };

const lookup = dns.lookup;

afterEach(() => void Reflect.set(dns, 'lookup', lookup));

/**
 * Answers the next questions in order, the last one also all that follow; without any answer nobody is
 * ever called back.
 *
 * @returns how often it was asked.
 */
export function resolveTo(...answers: readonly Answer[]): () => number {
  const left = [...answers];
  let asked = 0;
  const answer = (_host: string, _options: object, callback: (...result: unknown[]) => void) => {
    asked++;
    const next = left.length > 1 ? left.shift() : left[0];
    if (next === undefined) return;
    setImmediate(() => callback(...resultOf(next)));
  };
  Reflect.set(dns, 'lookup', answer);
  return () => asked;
}

function resultOf(answer: Answer): readonly unknown[] {
  if ('code' in answer) {
    const { code } = answer;
    return [Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' })];
  }
  return [null, answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))];
}
