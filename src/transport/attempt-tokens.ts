// Owns the tokens with which attempts are cut short, one per connection. A token that was not aborted serves
// the next attempt over that connection as well: making one for each request and listening to it took a
// twentieth of the CPU in `npm run bench -- sending`. Knows nothing of why an attempt is cut short.

import type { Connection } from './connection.js';

const tokens = new WeakMap<Connection, AbortController>();

/** The token of the next attempt over `connection`; must not be aborted once that attempt has ended. */
export function tokenFor(connection: Connection): AbortController {
  const last = tokens.get(connection);
  if (last !== undefined && !last.signal.aborted) return last;
  const token = new AbortController();
  tokens.set(connection, token);
  return token;
}
