// A web service that prices a cart by asking another service, which here is itself, and fails. How it is
// traced is in the file that is its argument.

const { price } = require(process.argv[2]);
const http = require('node:http');

const server = http.createServer((request, response) => {
  if (request.url === '/stock/7') {
    console.log('traceparent' in request.headers ? 'continued' : 'not continued');
    response.end();
    return;
  }
  price(() => get('/stock/7')).then(() => {
    response.statusCode = 500;
    response.end();
  });
});

function get(path) {
  const { port } = server.address();
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false };
    http.get(options, (response) => response.resume().once('end', resolve)).once('error', reject);
  });
}

server.listen(0, '127.0.0.1', () => {
  void get('/carts/7').then(() => server.close());
});
