import { describe, expect, it } from 'vitest';
import { cgroupDirectories, findContainerId } from '../src/container-identity.js';

const HEX = '3726184226f5d3147c25fdeab5b60097e378e8a720503a5e19ecfdf29f869860';

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
