// Owns what rules ask about a span: concepts, each an ordered list of the attribute keys that may
// answer, of older and newer semantic conventions. Knows no values.
// Source: datadog-agent, pkg/trace/semantics/mappings.json.

/** The keys that answer, as consecutive slots of `SpanFacts`; the first with a value wins. */
export interface Concept {
  readonly firstSlot: number;
  /** The slot after the last. */
  readonly endSlot: number;
  /** One bit of 32, so that a single test tells whether a span answers at all. */
  readonly bit: number;
}

const MAX_CONCEPTS = 32;
const slotByKey = new Map<string, number>();
/** By slot, the bit of its concept. */
const bits: number[] = [];
let concepts = 0;

function concept(...keys: readonly string[]): Concept {
  if (concepts === MAX_CONCEPTS) throw new RangeError(`${MAX_CONCEPTS} concepts have a bit each`);
  const bit = 1 << concepts++;
  const firstSlot = bits.length;
  for (const key of keys) {
    slotByKey.set(key, bits.length);
    bits.push(bit);
  }
  return { firstSlot, endSlot: bits.length, bit };
}

export const SERVICE_NAME: Concept = concept('service.name');
export const SERVICE_VERSION: Concept = concept('service.version');
export const DEPLOYMENT_ENVIRONMENT: Concept = concept(
  'deployment.environment.name',
  'deployment.environment',
);
export const OPERATION_NAME: Concept = concept('operation.name');
export const RESOURCE_NAME: Concept = concept('resource.name');
export const SPAN_TYPE: Concept = concept('span.type');

export const HTTP_METHOD: Concept = concept('http.request.method', 'http.method');
export const HTTP_ROUTE: Concept = concept('http.route');
export const HTTP_STATUS_CODE: Concept = concept('http.status_code', 'http.response.status_code');
export const URL_TEMPLATE: Concept = concept('url.template');

export const DB_SYSTEM: Concept = concept('db.system.name', 'db.system');
export const DB_STATEMENT: Concept = concept('db.statement', 'db.query.text');
export const DB_NAMESPACE: Concept = concept('db.namespace');

export const MESSAGING_SYSTEM: Concept = concept('messaging.system');
export const MESSAGING_OPERATION: Concept = concept('messaging.operation');
export const MESSAGING_DESTINATION: Concept = concept(
  'messaging.destination',
  'messaging.destination.name',
);

export const RPC_SYSTEM: Concept = concept('rpc.system');
export const RPC_SYSTEM_NAME: Concept = concept('rpc.system.name');
export const RPC_SERVICE: Concept = concept('rpc.service');
export const RPC_METHOD: Concept = concept('rpc.method');
export const RPC_RESPONSE_STATUS: Concept = concept('rpc.response.status_code');
export const GRPC_STATUS: Concept = concept(
  'rpc.grpc.status_code',
  'grpc.code',
  'rpc.grpc.status.code',
  'grpc.status.code',
);

export const GRAPHQL_TYPE: Concept = concept('graphql.operation.type');
export const GRAPHQL_NAME: Concept = concept('graphql.operation.name');
export const FAAS_INVOKED_PROVIDER: Concept = concept('faas.invoked_provider');
export const FAAS_INVOKED_NAME: Concept = concept('faas.invoked_name');
export const FAAS_TRIGGER: Concept = concept('faas.trigger');
export const NETWORK_PROTOCOL: Concept = concept('network.protocol.name');

/** Number of slots of all concepts together. */
export const SLOT_COUNT: number = slotByKey.size;

/** The bits of several concepts, for `SpanFacts.hasAny`. */
export function bitsOf(...several: readonly Concept[]): number {
  return several.reduce((all, { bit }) => all | bit, 0);
}

/** All keys that answer a concept. */
export const FACT_KEYS: ReadonlySet<string> = new Set(slotByKey.keys());

/** Which concept an attribute key answers, and where its value goes. */
export interface Fact {
  readonly slot: number;
  /** The bit of the concept. */
  readonly bit: number;
}

/** The fact that an attribute key states, if any concept asks for it. */
export function factOf(key: string): Fact | undefined {
  const slot = slotByKey.get(key);
  return slot === undefined ? undefined : { slot, bit: bits[slot] ?? 0 };
}
