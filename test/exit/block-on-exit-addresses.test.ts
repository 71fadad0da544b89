import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openAnsweringServer } from '../support/answering-server.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { startScript } from './script.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const EXITING = `
  flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans();
  process.on('exit', () => console.log(exporter.stats().exported));
  process.exit(0);
`;

describe('a process that exits, with blockOnExit, delivers', () => {
  it('under the path of the URL', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const script = startScript(EXITING, { agentUrl: `${server.url}/prefix/` });

    expect(await script.end).toMatchObject({ code: 0, stdout: '50\n' });
    expect(server.heads).toEqual([
      expect.stringMatching(/^PUT \/prefix\/v0\.4\/traces HTTP\/1\.1\r\n/),
    ]);
  });

  it.skipIf(!hasIpv6)('to an IPv6 address, where the machine has one', async () => {
    const { port, authorizations } = await openAnsweringServer(createServer(), '::1');
    const script = startScript(EXITING, { agentUrl: `http://[::1]:${port}` });

    expect(await script.end).toMatchObject({ code: 0, stdout: '50\n' });
    expect(authorizations).toHaveLength(1);
  });
});
