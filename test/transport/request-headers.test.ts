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
  const headers = requestHeaders({ ...BARE, extra: { 'X-Own': '1', 'Datadog-Meta-Lang': 'js' } });

  expect(headers(PAYLOAD)).toMatchObject({ 'X-Own': '1', 'Datadog-Meta-Lang': 'js' });
});
