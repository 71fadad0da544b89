// Owns the identity of this process towards Datadog: its pid, its runtime id and those of its ancestors, fixed
// once per generation and shared by all exporters of the process. Also owns passing it on to child processes
// for as long as one of the exporters wants that.

import { Audience } from '../lang/audience.js';
import type { Dispose } from '../lang/clock.js';
import { processWide } from '../lang/process-wide.js';
import { systemText } from '../lang/system-text.js';
import { type Generation, generations } from './generation.js';
import { type Lineage, UUID, type Variables, writeLineage } from './lineage.js';

export interface ProcessIdentity {
  readonly processId: number;
  /** `runtime-id`: a UUID. */
  readonly runtimeId: string;
  /** `undefined` if no ancestor has passed its id on. */
  readonly lineage: Lineage | undefined;
}

/**
 * Shared by the copies of the package in one process: otherwise one would take another for its parent, and the first
 * to be shut down would take back what all have asked for.
 */
interface Identities {
  readonly byGeneration: WeakMap<Generation, ProcessIdentity>;
  readonly askingToHandOn: WeakMap<ProcessIdentity, Audience<symbol>>;
}

const SHARED = Symbol.for('opentelemetry-exporter-datadog-agent.identities.v2');

/**
 * The identity of this process, made when it is first asked for. `inherited` counts only then: later, the
 * environment may hold what this process has written for its children.
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
 * From the kernel, if it makes ids: the generator of a process is duplicated with its memory, so that two copies with
 * the same pid, as of a checkpoint, would draw the same one. Else without Node's cache of random bytes. Loads the module
 * on demand: a mere `import 'node:crypto'` lets a process of Node 24 start some milliseconds later.
 */
function newRuntimeId(): string {
  const ofKernel = systemText('/proc/sys/kernel/random/uuid').trim();
  if (UUID.test(ofKernel)) return ofKernel;
  return process.getBuiltinModule('node:crypto').randomUUID({ disableEntropyCache: true });
}

/**
 * Names this process in the environment of its children until all who asked for it have disposed.
 *
 * @param variables Returns the environment, which an application may replace; called when that is written.
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

/** A copy of this process is to find what the original has written, so only the original takes it back. */
function writeForChildren(identity: ProcessIdentity, vars: Variables): Dispose {
  const { runtimeId, lineage } = identity;
  const rootRuntimeId = lineage?.rootRuntimeId ?? runtimeId;
  const takeBack = writeLineage(vars, { parentRuntimeId: runtimeId, rootRuntimeId });
  return () => {
    if (sharedIdentities().byGeneration.get(generations().present) === identity) takeBack();
  };
}

function sharedIdentities(): Identities {
  return processWide(SHARED, 'byGeneration', () => ({
    byGeneration: new WeakMap(),
    askingToHandOn: new WeakMap(),
  }));
}
