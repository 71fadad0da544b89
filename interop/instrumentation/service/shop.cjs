// Owns the service that is traced: an Express application over PostgreSQL that also asks itself, with
// `fetch` and with `node:http`. Knows nothing of tracing; gets its modules from service.mjs or
// service.cjs, which load them as an ES module and as CommonJS would.

const events = require('node:events');

const PRICE = 'SELECT 100 * $1::int AS price';
const BROKEN = "SELECT 'secret' FROM no_such_table";

/** Serves on a free port, says so in one line of JSON, and ends all that it opened on SIGTERM. */
exports.startShop = async function startShop({ express, Pool, get }) {
  const pool = new Pool({ max: 1 });
  const shop = express();
  shop.use(function checkCustomer(_request, _response, next) {
    next();
  });
  shop.get('/carts/:id', (request, response) =>
    cartOf(request).then((cart) => response.json(cart)),
  );
  shop.get('/stock/:id', (_request, response) => void response.send('plenty'));
  shop.get('/parcels/:id', (_request, response) => void response.send('small'));
  shop.get('/broken', () => pool.query(BROKEN));
  // Express knows error handlers by their four parameters.
  shop.use(function sayNo(error, _request, response, _next) {
    response.status(500).send(error.message);
  });

  async function cartOf(request) {
    const { id } = request.params;
    const self = `http://127.0.0.1:${request.socket.localPort}`;
    const { rows } = await pool.query(PRICE, [id]);
    const stock = await (await fetch(`${self}/stock/${id}`)).text();
    const parcel = await textOf(get, `${self}/parcels/${id}`);
    return { ...rows[0], stock, parcel };
  }

  const server = shop.listen(0, '127.0.0.1');
  await events.once(server, 'listening');
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void pool.end();
  });
};

async function textOf(get, url) {
  const [response] = await events.once(get(url), 'response');
  return (await response.toArray()).join('');
}
