// Owns how the Agent can tell which container a payload comes from: the container id in
// /proc/self/cgroup, else the inode of the cgroup. Linux only; elsewhere there is nothing to read.
// Source: the container id expressions and the cgroup rules that Datadog's tracers share.

import { statSync } from 'node:fs';
import { systemText } from '../lang/system-text.js';

interface ContainerIdentity {
  readonly containerId: string | undefined;
  /** `ci-<container id>`, or `in-<inode>` of the cgroup directory. */
  readonly entityId: string | undefined;
}

const UUID = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}';
const GARDEN = '[0-9a-f]{8}(?:-[0-9a-f]{4}){4}';
const TASK = '[0-9a-f]{32}-[0-9]+';
const CONTAINER_ID = new RegExp(`(${UUID}|${GARDEN}|[0-9a-f]{64}|${TASK})(?:\\.scope)?$`);
const CGROUP_LINE = /^\d+:([^:]*):(.+)$/;

const CGROUP_ROOT = '/sys/fs/cgroup';
/** Inode of the host's cgroup namespace (PROC_CGROUP_INIT_INO in the kernel). */
const HOST_NAMESPACE_INODE = 0xef_ff_ff_fb;
/** Inode of the root of a mounted file system, which says nothing about a container. */
const ROOT_INODE = 2;

/** What identifies the container of this process; both members are `undefined` outside containers. */
export function containerIdentity(): ContainerIdentity {
  const cgroup = systemText('/proc/self/cgroup');
  const containerId = findContainerId(cgroup);
  if (containerId !== undefined) return { containerId, entityId: `ci-${containerId}` };
  if (inodeOf('/proc/self/ns/cgroup') === HOST_NAMESPACE_INODE) {
    return { containerId: undefined, entityId: undefined };
  }
  const inode = cgroupDirectories(cgroup)
    .map(inodeOf)
    .find((candidate) => candidate !== undefined && candidate > ROOT_INODE);
  return { containerId: undefined, entityId: inode === undefined ? undefined : `in-${inode}` };
}

/** The container id in the text of a cgroup file. */
export function findContainerId(cgroup: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const found = CONTAINER_ID.exec(CGROUP_LINE.exec(line)?.[2] ?? '');
    if (found !== null) return found[1];
  }
  return undefined;
}

/** Directories whose inode the Agent can look up: cgroup v2, else the v1 memory controller. */
export function cgroupDirectories(cgroup: string): readonly string[] {
  return cgroup.split('\n').flatMap((line) => {
    const [, controllers, path] = CGROUP_LINE.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return [CGROUP_ROOT + path];
    return controllers === 'memory' ? [`${CGROUP_ROOT}/memory${path}`] : [];
  });
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined; // not allowed to look, as under Node's permission model
  }
}
