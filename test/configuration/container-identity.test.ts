import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cgroupDirectories,
  containerIdentity,
  findContainerId,
} from '../../src/configuration/container-identity.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';

const HEX = '3726184226f5d3147c25fdeab5b60097e378e8a720503a5e19ecfdf29f869860';
const NAMESPACE = '/proc/self/ns/cgroup';
/** Of the cgroup namespace of the host, and of that of a container. */
const HOST = 0xef_ff_ff_fb;
const PRIVATE = 4_026_532_610;
const NONE = { containerId: undefined, entityId: undefined };

/** What there is to read where this process seems to run. */
const place = vi.hoisted(() => ({
  cgroup: (): string => '',
  inode: (_path: string): number | undefined => undefined,
}));

vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  readFileSync: (path: string): string => (path === '/proc/self/cgroup' ? place.cgroup() : ''),
  statSync: (path: string): { ino: number } | undefined => {
    const ino = place.inode(path);
    return ino === undefined ? undefined : { ino };
  },
}));

beforeEach(() => {
  place.cgroup = () => '';
  place.inode = () => undefined;
});

function inodes(byPath: Readonly<Record<string, number>>): (path: string) => number | undefined {
  return (path) => byPath[path];
}

function notAllowed(): never {
  throw Object.assign(new Error('no access'), { code: 'ERR_ACCESS_DENIED' });
}

describe('findContainerId', () => {
  it.each([
    ['Docker', `13:name=systemd:/docker/${HEX}`, HEX],
    ['Kubernetes', `11:perf_event:/kubepods/besteffort/pod3d274242-8ee0-11e9/${HEX}`, HEX],
    ['systemd scopes', `1:name=systemd:/kubepods.slice/cri-containerd-${HEX}.scope`, HEX],
    [
      'ECS Fargate',
      '1:name=systemd:/ecs/34dc0b5e626f2c5c4c5170e34b10e765-1234567890',
      '34dc0b5e626f2c5c4c5170e34b10e765-1234567890',
    ],
    [
      'Cloud Foundry',
      '1:name=systemd:/system.slice/garden/6f265890-5165-7fab-6b52-18d1',
      '6f265890-5165-7fab-6b52-18d1',
    ],
    [
      'a UUID',
      '1:name=systemd:/uuid/34dc0b5e-626f-2c5c-4c51-70e34b10e765',
      '34dc0b5e-626f-2c5c-4c51-70e34b10e765',
    ],
    ['the first of several lines that has one', `2:cpu:/\n1:name=systemd:/docker/${HEX}\n`, HEX],
  ])('finds the one of %s', (_name, cgroup, expected) => {
    expect(findContainerId(cgroup)).toBe(expected);
  });

  it.each(['', '0::/\n', '0::/user.slice/user-1000.slice/session-2.scope', 'garbage'])(
    'finds none in %j',
    (cgroup) => {
      expect(findContainerId(cgroup)).toBeUndefined();
    },
  );
});

describe('cgroupDirectories', () => {
  it('are those of cgroup v2 and of the v1 memory controller', () => {
    expect(cgroupDirectories('12:memory:/a\n3:cpu,cpuacct:/b\n0::/c\n')).toEqual([
      '/sys/fs/cgroup/memory/a',
      '/sys/fs/cgroup/c',
    ]);
  });
});

describe('containerIdentity', () => {
  it('is the container id, also in the namespace of the host', () => {
    place.cgroup = () => `0::/docker/${HEX}\n`;
    place.inode = inodes({ [NAMESPACE]: HOST, [`/sys/fs/cgroup/docker/${HEX}`]: 77 });

    expect(containerIdentity()).toEqual({ containerId: HEX, entityId: `ci-${HEX}` });
  });

  it.each([
    ['cgroup v2', '0::/\n', { '/sys/fs/cgroup/': 77 }],
    ['the v1 memory controller', '3:memory:/a\n', { '/sys/fs/cgroup/memory/a': 77 }],
    [
      'the first directory that tells of a container',
      '3:memory:/a\n2:memory:/gone\n0::/c\n',
      { '/sys/fs/cgroup/memory/a': 2, '/sys/fs/cgroup/c': 77 },
    ],
  ])('is the inode of %s where no id can be read', (_name, cgroup, directories) => {
    place.cgroup = () => cgroup;
    place.inode = inodes({ [NAMESPACE]: PRIVATE, ...directories });

    expect(containerIdentity()).toEqual({ containerId: undefined, entityId: 'in-77' });
  });

  it.each<[string, string, Record<string, number>]>([
    ['the namespace of the host', '0::/a\n', { [NAMESPACE]: HOST, '/sys/fs/cgroup/a': 77 }],
    ['the root of a file system', '0::/\n', { [NAMESPACE]: PRIVATE, '/sys/fs/cgroup/': 2 }],
    ['a directory without an inode', '0::/\n', { [NAMESPACE]: PRIVATE, '/sys/fs/cgroup/': 0 }],
    ['no directory', '0::/gone\n', { [NAMESPACE]: PRIVATE }],
    ['no cgroup', '', { [NAMESPACE]: PRIVATE, '/sys/fs/cgroup/': 77 }],
  ])('is none with %s', (_name, cgroup, byPath) => {
    place.cgroup = () => cgroup;
    place.inode = inodes(byPath);

    expect(containerIdentity()).toEqual(NONE);
  });

  it('is none where nobody may look', () => {
    place.cgroup = notAllowed;
    place.inode = notAllowed;
    expect(containerIdentity()).toEqual(NONE);

    place.cgroup = () => '0::/a\n';
    expect(containerIdentity()).toEqual(NONE);
  });

  it('is what each request says', async () => {
    place.cgroup = () => `0::/docker/${HEX}\n`;
    const agent = await openScriptedAgent();

    await exportSpans(openExporter({ url: agent.url }), [makeSpan()]);

    expect(agent.requests.map(({ headers }) => headers)).toMatchObject([
      { 'datadog-container-id': HEX, 'datadog-entity-id': `ci-${HEX}` },
    ]);
  });
});
