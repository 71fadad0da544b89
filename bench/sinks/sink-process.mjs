// Receives in a process of its own, so that its work is in no figure: HTTP/1 over TCP and over a Unix
// socket, and gRPC without encryption. Reads all and accepts it. Tells its parent where it listens, and on
// request what it has received since the last time.

import { createServer } from 'node:http';
import { createServer as createGrpcServer } from 'node:http2';
import { once } from 'node:events';

/** What the Datadog Agent answers. */
const ACCEPTED = '{"rate_by_service":{}}';
/** Where the OTLP exporters send: they decode the answer, and are told nothing by an empty one. */
const OTLP_PATH = '/v1/traces';
/** An uncompressed message of no bytes. */
const GRPC_ACCEPTED = Buffer.alloc(5);

const received = { requests: 0, bytes: 0 };
const [socketPath] = process.argv.slice(2);
let bytesPerSecond = Infinity;
/** Nobody is answered before what came so far would have been taken at that rate. */
let freeAt = 0;

const http = createServer((request, response) => {
  receive(request, () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.url === OTLP_PATH ? '' : ACCEPTED);
  });
});
const unix = createServer(http.listeners('request')[0]);
const grpc = createGrpcServer();
grpc.on('stream', (stream) => {
  receive(stream, () => {
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(GRPC_ACCEPTED);
  });
});

process.on('message', ({ limit }) => {
  bytesPerSecond = limit ?? bytesPerSecond;
  process.send({ ...received });
  Object.assign(received, { requests: 0, bytes: 0 });
});
process.once('disconnect', () => {
  unix.close(); // removes the file
  process.exit();
});

await Promise.all([
  once(http.listen(0, '127.0.0.1'), 'listening'),
  once(grpc.listen(0, '127.0.0.1'), 'listening'),
  once(unix.listen(socketPath), 'listening'),
]);
process.send({ httpPort: http.address().port, grpcPort: grpc.address().port });

function receive(stream, accept) {
  let bytes = 0;
  stream.on('data', (chunk) => (bytes += chunk.length));
  stream.once('end', () => {
    received.requests++;
    received.bytes += bytes;
    const waitMillis = takeTime(bytes);
    if (waitMillis <= 0) accept();
    else setTimeout(() => accept(), waitMillis);
  });
}

/** @returns how long it is until the sink has taken these bytes, behind those that came before. */
function takeTime(bytes) {
  if (bytesPerSecond === Infinity) return 0;
  const now = performance.now();
  freeAt = Math.max(freeAt, now) + (bytes / bytesPerSecond) * 1_000;
  return freeAt - now;
}
