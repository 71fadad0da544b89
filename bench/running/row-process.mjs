// Owns the process of one measurement: started under the given Node, with nothing of the environment that
// an SDK, a tracer or gRPC would read.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const DEADLINE_MILLIS = 300_000;

/** @returns the metrics that it printed. */
export async function measure(node, { script, spec, flags = [] }) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(node, [...flags, path, JSON.stringify(spec)], {
    timeout: DEADLINE_MILLIS,
    env: plainEnvironment(),
  });
  return JSON.parse(stdout);
}

function plainEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(DD_|OTEL_|NODE_OPTIONS$)|_proxy$/i.test(name),
    ),
  );
}
