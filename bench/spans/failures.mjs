// Owns the exceptions that spans record: thrown anew, each with a stack of its own.

import { oneOf } from './random.mjs';

const KINDS = [
  () => new TypeError("Cannot read properties of undefined (reading 'total')"),
  () => new RangeError('Maximum retries exceeded'),
  () => new Error('connect ECONNREFUSED 10.0.3.4:5432'),
];

/** As thrown some calls down. */
export function failure() {
  try {
    return placeOrder();
  } catch (error) {
    return error;
  }
}

function placeOrder() {
  return reserveStock();
}

function reserveStock() {
  return queryDatabase();
}

function queryDatabase() {
  throw oneOf(KINDS)();
}
