// Owns what the traces of the service must be: one tree of spans for each request, each a line with
// operation name, resource, type and kind. Holds no logic but the indentation.

type Tree = readonly string[];

/** As they are sent; the Agent obfuscates them. */
export interface Statements {
  readonly price: string;
  readonly broken: string;
  /** No statement, but the Agent takes every resource of a database for one. */
  readonly poolConnect: string;
}

/** The first request to `/carts/:id` also connects to PostgreSQL. */
export function firstCart({ price, poolConnect }: Statements): Tree {
  return cart([
    `postgresql.query | ${price} | sql | client`,
    `postgresql.query | ${poolConnect} | sql | client`,
    '  postgresql.query | pg.connect | sql | client',
  ]);
}

export function laterCart({ price, poolConnect }: Statements): Tree {
  return cart([
    `postgresql.query | ${price} | sql | client`,
    `postgresql.query | ${poolConnect} | sql | client`,
  ]);
}

export function brokenQuery({ broken, poolConnect }: Statements): Tree {
  return [
    'http.server.request | GET /broken | web | server | error',
    '  Internal | middleware - patched | custom | internal',
    '    Internal | middleware - checkCustomer | custom | internal',
    '  Internal | middleware - patched | custom | internal',
    '    Internal | request handler | custom | internal | error',
    '      Internal | request handler - /broken | custom | internal',
    `        postgresql.query | ${broken} | sql | client | error`,
    `        postgresql.query | ${poolConnect} | sql | client`,
    '  Internal | middleware - sayNo | custom | internal',
  ];
}

/** It asks itself, with `node:http` and with `fetch`. */
function cart(queries: Tree): Tree {
  return served('/carts/:id', [
    'http.client.request | GET | http | client',
    ...indented(served('/parcels/:id'), '  '),
    'http.client.request | GET | http | client',
    ...indented(served('/stock/:id'), '  '),
    ...queries,
  ]);
}

/** Express 5 is instrumented twice: by -express, and by -router for the router that it uses. */
export function served(route: string, children: Tree = []): Tree {
  return [
    `http.server.request | GET ${route} | web | server`,
    '  Internal | middleware - patched | custom | internal',
    '    Internal | middleware - checkCustomer | custom | internal',
    '  Internal | middleware - patched | custom | internal',
    '    Internal | request handler | custom | internal',
    `      Internal | request handler - ${route} | custom | internal`,
    ...indented(children, '        '),
  ];
}

function indented(tree: Tree, by: string): Tree {
  return tree.map((line) => by + line);
}
