// Owns the least that sending a body can be: a socket, a request head made beforehand, and a reply that is
// looked at for its status only.

import { once } from 'node:events';
import { connect } from 'node:net';

/** @param where as `net.connect` takes it. */
export async function rawClient(where, body) {
  const socket = connect(where);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const request = Buffer.concat([head(body.length), body]);
  let answered;
  socket.on('data', (reply) => {
    const status = reply.latin1Slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
    if (status !== '200') throw new Error(`the sink answered ${status}`);
    answered();
  });
  return {
    /** Calls back when the reply has come. */
    send(callback) {
      answered = callback;
      socket.write(request);
    },
  };
}

function head(length) {
  const lines = [
    'PUT /v0.4/traces HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/msgpack',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${length}\r\n\r\n`);
}
