// Owns what rules ask about a span: concepts, each an ordered list of the attribute keys that may
// answer, older and newer semantic conventions among them. Knows no values.
// Source: datadog-agent, pkg/trace/semantics/mappings.json.

/** The keys that answer, as slots of `SpanFacts`; the first with a value wins. */
export interface Concept {
  readonly slots: readonly number[];
}

const slotByKey = new Map<string, number>();

function concept(...keys: readonly string[]): Concept {
  return { slots: keys.map(slotOf) };
}

function slotOf(key: string): number {
  const slot = slotByKey.get(key) ?? slotByKey.size;
  slotByKey.set(key, slot);
  return slot;
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

/** Slots that all concepts together take. */
export const SLOT_COUNT: number = slotByKey.size;

/** The slot of an attribute key, if any concept asks for it. */
export function factSlot(key: string): number | undefined {
  return slotByKey.get(key);
}
