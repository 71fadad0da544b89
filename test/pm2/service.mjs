// Owns what PM2 runs in its test: a service that ends 50 spans and then serves. With the argument
// `listens` it has a plan of its own for PM2's message.

import { createServer } from 'node:http';
import { endSpans, flushOnExit, target } from '../exit/traced.mjs';

flushOnExit(target);

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  endSpans();
  process.send('ready');
});

if (process.argv.includes('listens')) {
  process.on('message', (message) => {
    if (message !== 'shutdown') return;
    console.log('closing');
    setTimeout(() => process.exit(0), 300);
  });
}
