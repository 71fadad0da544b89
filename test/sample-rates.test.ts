import { describe, expect, it } from 'vitest';
import { SampleRates } from '../src/sample-rates.js';

const REPLY = '{"rate_by_service":{"service:,env:":1,"service:shop,env:prod":0.25}}';

describe('SampleRates', () => {
  it('keeps the rates and their version', () => {
    const rates = new SampleRates();
    expect(rates.version).toBe('0');

    rates.update(REPLY, '68f0a1-2');

    expect(rates.rates).toEqual({ 'service:,env:': 1, 'service:shop,env:prod': 0.25 });
    expect(rates.version).toBe('68f0a1-2');
  });

  it.each([
    '{}',
    '',
    'OK\n',
    'null',
    '[]',
    '{"rate_by_service":null}',
    '{"rate_by_service":[1]}',
    '{"rate_by_service":{"service:,env:":"1","other":2}}',
    '{',
  ])('keeps what it knows when the Agent answers %j', (text) => {
    const rates = new SampleRates();
    rates.update(REPLY, 'v1');

    rates.update(text, 'v2');

    expect(rates.rates).toHaveProperty(['service:shop,env:prod'], 0.25);
    expect(rates.version).toBe('v1');
  });

  it('reads a reply once, however often the Agent repeats it', () => {
    const rates = new SampleRates();
    expect(rates.update(REPLY, 'v1')).toBe(true);
    const first = rates.rates;

    expect(rates.update(REPLY, 'v2')).toBe(true);
    expect(rates.rates).toBe(first);
    expect(rates.version).toBe('v2');
    expect([rates.update('{', 'v3'), rates.update('{', 'v3')]).toEqual([false, false]);
    expect(rates.update('{"rate_by_service":{"e":0}}', 'v4')).toBe(true);
    expect(rates.rates).toEqual({ e: 0 });
  });

  it('leaves out what is no rate', () => {
    const rates = new SampleRates();

    rates.update('{"rate_by_service":{"a":-1,"b":2,"c":"0.5","d":null,"e":0,"f":1}}', undefined);

    expect(rates.rates).toEqual({ e: 0, f: 1 });
  });

  it('takes keys like __proto__ without changing any prototype', () => {
    const rates = new SampleRates();

    rates.update('{"rate_by_service":{"__proto__":0.5,"constructor":0.5}}', undefined);

    expect(Object.keys(rates.rates)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(rates.rates)).toBe(Object.prototype);
  });

  it('takes no rates that others have added to Object.prototype', () => {
    const rates = new SampleRates();
    const descriptor = { value: { polluted: 0.5 }, configurable: true };
    const { prototype } = Object;
    Object.defineProperty(prototype, 'rate_by_service', descriptor);

    const hadRates = rates.update('{}', 'v1');
    Reflect.deleteProperty(prototype, 'rate_by_service');

    expect(hadRates).toBe(false);
    expect(rates.rates).toEqual({});
  });

  it('keeps no more services than the Agent does', () => {
    const rates = new SampleRates();
    const services = Array.from({ length: 6_000 }, (_, index) => `"service:${index},env:":1`);

    rates.update(`{"rate_by_service":{${services.join()}}}`, undefined);

    expect(Object.keys(rates.rates)).toHaveLength(5_000);
  });
});
