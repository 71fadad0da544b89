// Owns which ways to send are compared, over which transports.

import { CLIENTS } from './clients.mjs';

const SIZE = { warmUpRequests: 4_000, requests: 4_000 };
/** In five, the ratios of two runs differed by a quarter. */
const ROUNDS = 9;
const QUICK_SIZE = { warmUpRequests: 1_000, requests: 1_000 };

export const sending = {
  name: 'sending',
  title: 'Sending of 200 KB and waiting for the answer',
  rounds: ROUNDS,
  rows: ['tcp', 'unix'].flatMap(rowsOver),
  columns: {
    cpuMicros: 'CPU µs per request',
    userMicros: 'user',
    systemMicros: 'system',
    wallMicros: 'by the wall',
  },
};

export const quickSending = {
  ...sending,
  rounds: 5,
  rows: ['raw socket', 'ours', 'node:http'].map((client) => row('tcp', client, QUICK_SIZE)),
};

function rowsOver(transport) {
  return Object.keys(CLIENTS)
    .filter((client) => transport === 'tcp' || client !== 'fetch') // which knows no Unix sockets
    .map((client) => row(transport, client, SIZE));
}

function row(transport, client, size) {
  return {
    name: `${transport}: ${client}`,
    script: 'sending/measure.mjs',
    spec: { client, transport, ...size },
  };
}
