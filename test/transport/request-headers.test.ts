import { expect, it } from 'vitest';
import { type HeaderSettings, requestHeaders } from '../../src/transport/request-headers.js';

const BARE: HeaderSettings = {
  tracerVersion: '1.2.3',
  entityId: undefined,
  containerId: undefined,
  externalEnv: undefined,
  authorization: undefined,
  extra: {},
  ratesVersion: () => '0',
};

const PAYLOAD = { body: new Uint8Array(), chunkCount: 3 };

it('says what is in the payload and who sends it', () => {
  expect(requestHeaders(BARE)(PAYLOAD)).toEqual({
    'Content-Type': 'application/msgpack',
    'Datadog-Meta-Lang': 'nodejs',
    'Datadog-Meta-Lang-Version': process.version,
    'Datadog-Meta-Lang-Interpreter': 'v8',
    'Datadog-Meta-Tracer-Version': '1.2.3',
    'Datadog-Send-Real-Http-Status': 'true',
    'Datadog-Rates-Payload-Version': '0',
    'X-Datadog-Trace-Count': '3',
  });
});

it('names the container in all the ways that Agents read', () => {
  const headers = requestHeaders({
    ...BARE,
    containerId: 'abc',
    entityId: 'ci-abc',
    externalEnv: 'it-false,cn-web',
    authorization: 'Basic x',
  });

  expect(headers(PAYLOAD)).toMatchObject({
    'Datadog-Container-ID': 'abc',
    'Datadog-Entity-ID': 'ci-abc',
    'Datadog-External-Env': 'it-false,cn-web',
    Authorization: 'Basic x',
  });
});

it('asks for the rates version of the moment', () => {
  let version = '0';
  const headers = requestHeaders({ ...BARE, ratesVersion: () => version });

  headers(PAYLOAD);
  version = 'v2';

  expect(headers(PAYLOAD)).toMatchObject({ 'Datadog-Rates-Payload-Version': 'v2' });
});

it('lets the user add headers and replace those of the exporter', () => {
  const extra = { 'X-Own': '1', 'datadog-meta-lang': 'js', AUTHORIZATION: 'Bearer t' };
  const headers = requestHeaders({ ...BARE, authorization: 'Basic x', extra })(PAYLOAD);

  expect(headers).toMatchObject(extra);
  expect(headers).not.toHaveProperty('Datadog-Meta-Lang');
  expect(headers).not.toHaveProperty('Authorization');
});

it('never sends a header twice', () => {
  const extra = { 'datadog-rates-payload-version': 'mine' };
  const names = Object.keys(requestHeaders({ ...BARE, extra })(PAYLOAD));

  expect(names.filter((name) => /rates/i.test(name))).toEqual(['datadog-rates-payload-version']);
});
