// The service as CommonJS: `node --require ./tracing.cjs service.cjs`.

const { get } = require('node:http');
const express = require('express');
const { Pool } = require('pg');
const { startShop } = require('./shop.cjs');

void startShop({ express, Pool, get });
