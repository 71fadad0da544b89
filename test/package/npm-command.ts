// Owns running npm as a user at a shell would: with npm's default flags, whatever npm this test
// itself was started by.

import { runChild, type ChildResult } from './child-command.js';
import { environmentOf, type NodeBinary, THIS_NODE } from './node-line.js';

const DEADLINE_MILLIS = 120_000;

/** Says how to reach the registry, not how to resolve. */
const CONNECTION = /^npm_config_(?:registry|cache|cafile|proxy|https_proxy|noproxy|userconfig)$/iu;

/** @param node what npm runs with */
export function runNpm(
  args: readonly string[],
  cwd: string,
  node: NodeBinary = THIS_NODE,
): Promise<ChildResult> {
  // An outer `npm run` hands its whole configuration down; `legacy-peer-deps` there would hide a
  // conflict here.
  const connection = Object.entries(process.env).filter(([name]) => CONNECTION.test(name));
  const env = { ...environmentOf(node), ...Object.fromEntries(connection) };
  return runChild('npm', args, { cwd, env, timeoutMillis: DEADLINE_MILLIS });
}
