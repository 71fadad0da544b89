// Measures one way to send 200 KB, one request after the other, in a process of its own.

import { openSink } from '../sinks/sink.mjs';
import { CLIENTS } from './clients.mjs';

const BODY_BYTES = 200_000;

const { client, transport, warmUpRequests, requests } = JSON.parse(process.argv[2]);
const sink = await openSink();
const send = await CLIENTS[client](addressOf(sink), Buffer.alloc(BODY_BYTES, 'x'));

await run(warmUpRequests);
await sink.received();
const began = process.cpuUsage();
const wallBegan = performance.now();
await run(requests);
const wallMillis = performance.now() - wallBegan;
const { user, system } = process.cpuUsage(began);
const { requests: arrived } = await sink.received();
if (arrived !== requests) throw new Error(`${arrived} of ${requests} requests arrived`);

console.log(
  JSON.stringify({
    cpuMicros: (user + system) / requests,
    userMicros: user / requests,
    systemMicros: system / requests,
    wallMicros: (wallMillis * 1_000) / requests,
  }),
);
process.exit(); // the clients keep their connections

function addressOf({ port, url, socketPath }) {
  if (transport === 'tcp') return { port, url, origin: url, socketPath: undefined };
  return { port, url: `unix://${socketPath}`, origin: 'http://localhost', socketPath };
}

async function run(count) {
  for (let i = 0; i < count; i++) await send();
}
