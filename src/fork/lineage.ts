// Owns how the runtime ids of a process's ancestors pass through the environment: the variables, the values
// accepted in them, and restoring them. Knows neither who this process is nor who wants its
// children to know.

import type { Warn } from '../diagnostics.js';
import type { Dispose } from '../lang/clock.js';
import { type EnvironmentVariables, variable } from '../lang/variables.js';

/** Runtime ids of a process's ancestors, as far as these have `propagateLineage` on. */
export interface Lineage {
  /** `parent-runtime-id`: the nearest of them. */
  readonly parentRuntimeId: string;
  /** `root-runtime-id`: the first of them; the same as the parent in its own children. */
  readonly rootRuntimeId: string;
}

/** An environment that can be written to. */
export type Variables = Record<string, string | undefined>;

/**
 * Not `DD_ROOT_JS_SESSION_ID` and the like: dd-trace sets those in the children of whatever it traces,
 * whether anybody wants lineage or not, and reports to Datadog the sessions that it finds in them.
 */
const PARENT = 'OTEL_EXPORTER_DATADOG_PARENT_RUNTIME_ID';
const ROOT = 'OTEL_EXPORTER_DATADOG_ROOT_RUNTIME_ID';
/** Any, in its usual form. */
export const UUID: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Both variables or nothing: half a lineage would show a tree that never was. */
export function readLineage(vars: EnvironmentVariables, warn: Warn): Lineage | undefined {
  const [parentRuntimeId = '', rootRuntimeId = ''] = [PARENT, ROOT].map((name) =>
    variable(vars, name)?.trim(),
  );
  if (parentRuntimeId === '' && rootRuntimeId === '') return undefined;
  if (UUID.test(parentRuntimeId) && UUID.test(rootRuntimeId)) {
    return { parentRuntimeId, rootRuntimeId };
  }
  warn(PARENT, `${PARENT} and ${ROOT} are ignored: they are not both UUIDs`);
  return undefined;
}

/** Writes `lineage` for the children of this process. The disposer restores what is still as written. */
export function writeLineage(vars: Variables, lineage: Lineage): Dispose {
  const takeBackParent = setVariable(vars, PARENT, lineage.parentRuntimeId);
  const takeBackRoot = setVariable(vars, ROOT, lineage.rootRuntimeId);
  return () => {
    takeBackParent();
    takeBackRoot();
  };
}

function setVariable(vars: Variables, name: string, value: string): Dispose {
  const before = vars[name];
  Reflect.set(vars, name, value); // without effect in an environment that is frozen
  return () => {
    if (vars[name] !== value) return;
    // Assigned to an environment variable, `undefined` would become text.
    if (before === undefined) Reflect.deleteProperty(vars, name);
    else Reflect.set(vars, name, before);
  };
}
