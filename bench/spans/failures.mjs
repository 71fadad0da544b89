// Owns the exceptions that spans record: thrown anew each time, as strings that are made anew, too.

import { integerBelow, oneOf } from './random.mjs';

const KINDS = [
  (detail) => new TypeError(`Cannot read properties of undefined (reading 'total')${detail}`),
  (detail) => new RangeError(`Maximum retries exceeded${detail}`),
  (detail) => new Error(`connect ECONNREFUSED 10.0.3.4:5432${detail}`),
];

/** As thrown some calls down. */
export function failure(detail = '') {
  try {
    return placeOrder(detail);
  } catch (error) {
    return error;
  }
}

/** With a message that no other has, and so a stack that no other has. */
export function newFailure() {
  return failure(` of order ${integerBelow(1e9)}`);
}

function placeOrder(detail) {
  return reserveStock(detail);
}

function reserveStock(detail) {
  return queryDatabase(detail);
}

function queryDatabase(detail) {
  throw oneOf(KINDS)(detail);
}
