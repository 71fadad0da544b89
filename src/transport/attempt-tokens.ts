// Owns the tokens with which attempts are cut short, one per connection. A token that was not used serves
// the next attempt over that connection as well: to make one and to listen to it anew costs 7 % of the CPU
// of a request of 200 KB (`npm run bench -- sending`). Knows nothing of why an attempt is cut short.

import type { Connection } from './send-outcome.js';

const tokens = new WeakMap<Connection, AbortController>();

/** For the next attempt over `connection`; not to be aborted once that attempt has ended. */
export function tokenFor(connection: Connection): AbortController {
  const last = tokens.get(connection);
  if (last !== undefined && !last.signal.aborted) return last;
  const token = new AbortController();
  tokens.set(connection, token);
  return token;
}
