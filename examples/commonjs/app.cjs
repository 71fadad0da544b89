// A program without a word of tracing: serves one page, fetches it, and ends. See tracing.cjs for
// how it is traced from outside.

const http = require('node:http');

const server = http.createServer((request, response) => response.end('hello\n'));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ host: '127.0.0.1', port, path: '/greeting', agent: false }, (response) => {
    response.pipe(process.stdout);
    server.close();
  });
});
