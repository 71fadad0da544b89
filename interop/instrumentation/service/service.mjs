// The service as an ES module: `node --import ./tracing.mjs service.mjs`.

import http, { get } from 'node:http';
import express from 'express';
import pg from 'pg';
import { startShop } from './shop.cjs';

// On Node 24, instrumentation-http 0.223 patches only what the default import has, and 0.300 patches
// that twice: then there are two spans for a request.
const isThree = process.env.TRACE_SDK === '@opentelemetry/sdk-trace';

await startShop({ express, Pool: pg.Pool, get: isThree ? get : http.get });
