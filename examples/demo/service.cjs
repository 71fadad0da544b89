// The service in a cluster worker: a shop whose order page asks the shop's own stock page over HTTP.
// Order 13 cannot be paid.

const { account } = require('./tracing.cjs'); // first: `node:http` is traced from here on
const cluster = require('node:cluster');
const http = require('node:http');
const { text } = require('node:stream/consumers');
const { trace } = require('@opentelemetry/api');
const { inSpan, query } = require('./work.cjs');

const routes = [
  { method: 'GET', path: '/health', answer: () => 'healthy' },
  { method: 'GET', path: '/orders/:id', answer: showOrder },
  { method: 'POST', path: '/orders/:id/payment', answer: payOrder },
  { method: 'GET', path: '/stock/:id', answer: showStock },
];

const server = http.createServer((request, response) => {
  respond(request, response).catch((error) => {
    response.writeHead(500).end(error.message);
  });
});

server.listen(0, '127.0.0.1');

// The last thing that a worker does, when its spans are out.
process.once('exit', () => process.stdout.write(JSON.stringify(account())));

async function respond(request, response) {
  const template = request.url.replace(/\d+/, ':id');
  const route = routes.find(({ method, path }) => method === request.method && path === template);
  response.setHeader('x-worker', cluster.worker.id);
  if (route === undefined) {
    response.writeHead(404).end();
    return;
  }
  trace.getActiveSpan()?.setAttribute('http.route', route.path);
  const [id] = request.url.match(/\d+/) ?? [];
  response.end(await route.answer(id));
}

async function showOrder(id) {
  await inSpan('load order', () => query());
  const stock = await fetchStock(id);
  return inSpan('render page', () => `order ${id}: ${stock}`);
}

async function payOrder(id) {
  await inSpan('load order', () => query());
  await inSpan('charge card', async () => {
    await query();
    if (id === '13') throw new RangeError('card declined: limit exceeded');
  });
  return 'paid';
}

async function showStock(id) {
  await inSpan('count items', () => query());
  return `${id} in stock`;
}

/** Over a connection of its own, so that the cluster hands it to the next worker. */
function fetchStock(id) {
  const { address, port } = server.address();
  return new Promise((resolve, reject) => {
    http
      .get({ host: address, port, path: `/stock/${id}`, agent: false })
      .once('error', reject)
      .once('response', (response) => resolve(text(response)));
  });
}
