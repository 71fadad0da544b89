// Owns the service that is traced: an Express application over PostgreSQL that also asks itself, with
// `fetch` and with `node:http`. Knows nothing of tracing; gets its modules from service.mjs or
// service.cjs, which load them as an ES module and as CommonJS would.

const { once } = require('node:events');

const PRICE = 'SELECT 100 * $1::int AS price';
const BROKEN = "SELECT 'secret' FROM no_such_table";

/** Serves on a free port, says so in one line of JSON, and ends all that it opened on SIGTERM. */
exports.startShop = async function startShop({ express, Pool, get }) {
  const pool = new Pool({ max: 1 });
  const shop = express();
  shop.use(function checkCustomer(_request, _response, next) {
    next();
  });
  shop.get('/carts/:id', async (request, response) => {
    const { port } = request.socket.address();
    const { rows } = await pool.query(PRICE, [request.params.id]);
    const stock = await (await fetch(`http://127.0.0.1:${port}/stock/${request.params.id}`)).text();
    const parcel = await textOf(get, `http://127.0.0.1:${port}/parcels/${request.params.id}`);
    response.json({ ...rows[0], stock, parcel });
  });
  shop.get('/stock/:id', (_request, response) => void response.send('plenty'));
  shop.get('/parcels/:id', (_request, response) => void response.send('small'));
  shop.get('/broken', async (_request, response) => void response.json(await pool.query(BROKEN)));
  // eslint-disable-next-line no-unused-vars -- Express knows error handlers by their four parameters
  shop.use(function sayNo(error, _request, response, _next) {
    response.status(500).send(error.message);
  });

  const server = shop.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void pool.end();
  });
};

async function textOf(get, url) {
  const [response] = await once(get(url), 'response');
  return (await response.toArray()).join('');
}
