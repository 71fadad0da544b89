// A stand-in for Lambda's runtime for Node: calls a handler in the same way, prints what the platform
// would get, and ends the process without a word, as the platform may.
//
//   node runtime.mjs MODULE[#EXPORT] EVENT…
//
// Every event, as JSON, is an invocation. What returns, calls back or streams is told apart as there;
// other than there, callbacks are taken on every line of Node.

import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const TIMEOUT_MILLIS = 3_000; // Lambda's default
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: 'response' }),
};

const [path = '', ...events] = process.argv.slice(2);
const [file, name = 'handler'] = path.split('#');
const { [name]: handler } = await import(pathToFileURL(resolve(file)).href);

for (const event of events) {
  try {
    console.log(JSON.stringify(await invoke(JSON.parse(event))));
  } catch (error) {
    console.log(`failed: ${error.message}`);
  }
}
process.exit();

function invoke(event) {
  const end = Date.now() + TIMEOUT_MILLIS;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => end - Date.now(),
  };
  return handler[STREAMING] === 'response' ? stream(event, context) : call(event, context);
}

function call(event, context) {
  return new Promise((succeed, fail) => {
    const callback = (error, result) => (error ? fail(error) : succeed(result));
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') returned.then(succeed, fail);
  });
}

async function stream(event, context) {
  const chunks = [];
  const response = new Writable({
    write(chunk, _encoding, next) {
      chunks.push(chunk);
      next();
    },
  });
  await handler(event, response, context);
  if (!response.writableFinished) throw new Error('the response is not finished');
  return Buffer.concat(chunks).toString();
}
