// Owns who this process is towards Datadog: its pid, its runtime id and those of its ancestors, settled
// once in each generation and shared by all exporters of the process. Owns that its children are told as
// long as one of them wants it.

import { type Generation, generations } from './generation.js';
import { Audience } from './lang/audience.js';
import type { Dispose } from './lang/clock.js';
import { processWide } from './lang/process-wide.js';
import { type Lineage, type Variables, writeLineage } from './lineage.js';

export interface ProcessIdentity {
  readonly processId: number;
  /** `runtime-id`: a UUID. */
  readonly runtimeId: string;
  /** `undefined` if no ancestor has handed its id on. */
  readonly lineage: Lineage | undefined;
}

/**
 * Shared by the copies of the package in one process; else one would take another for its parent, and the first that
 * is shut down would take back what all have asked for.
 */
interface Identities {
  readonly byGeneration: WeakMap<Generation, ProcessIdentity>;
  readonly askingToHandOn: WeakMap<ProcessIdentity, Audience<symbol>>;
}

const SHARED = Symbol.for('opentelemetry-exporter-datadog-agent.identities.v2');

/**
 * The identity of this process, made when it is first asked for. Only then `inherited` counts: what the
 * environment says later may be what this process has written for its children.
 */
export function processIdentity(inherited: Lineage | undefined): ProcessIdentity {
  const { byGeneration } = sharedIdentities();
  const { present } = generations();
  const known = byGeneration.get(present);
  if (known !== undefined) return known;
  const identity = {
    processId: process.pid,
    runtimeId: newRuntimeId(),
    lineage: inherited,
  };
  byGeneration.set(present, identity);
  return identity;
}

/**
 * Node keeps random bytes in reserve; a duplicated heap would make the same ids of them. Loaded when it is needed, so
 * that an import costs little: with `import 'node:crypto'` alone, a process of Node 24 starts 5 ms later.
 */
function newRuntimeId(): string {
  return process.getBuiltinModule('node:crypto').randomUUID({ disableEntropyCache: true });
}

/**
 * Names this process in the environment of its children until all who asked for it have disposed.
 *
 * @param variables The environment, which an application may replace: asked for when it is written.
 */
export function handOn(identity: ProcessIdentity, variables: () => Variables): Dispose {
  const { askingToHandOn } = sharedIdentities();
  let asking = askingToHandOn.get(identity);
  if (asking === undefined) {
    asking = new Audience(() => writeForChildren(identity, variables()));
    askingToHandOn.set(identity, asking);
  }
  return asking.join(Symbol('exporter'));
}

/** What the original has written is for its copy to find: only the original takes it back. */
function writeForChildren(identity: ProcessIdentity, vars: Variables): Dispose {
  const { runtimeId, lineage } = identity;
  const rootRuntimeId = lineage?.rootRuntimeId ?? runtimeId;
  const takeBack = writeLineage(vars, { parentRuntimeId: runtimeId, rootRuntimeId });
  return () => {
    if (sharedIdentities().byGeneration.get(generations().present) === identity) takeBack();
  };
}

function sharedIdentities(): Identities {
  return processWide(SHARED, isIdentities, () => ({
    byGeneration: new WeakMap(),
    askingToHandOn: new WeakMap(),
  }));
}

function isIdentities(value: unknown): value is Identities {
  return typeof value === 'object' && value !== null && 'byGeneration' in value;
}
