// Owns the exceptions that spans record: thrown anew, each with a stack of its own.

import { integerBelow, oneOf } from './random.mjs';

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

/** Of which no other has the same message, and so none the same stack. */
export function newFailure() {
  const error = failure();
  error.message += ` of order ${integerBelow(1e9)}`;
  error.stack = `${error.name}: ${error.message}${error.stack.slice(error.stack.indexOf('\n'))}`;
  return error;
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
