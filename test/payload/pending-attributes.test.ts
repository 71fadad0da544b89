import { setImmediate } from 'node:timers/promises';
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/index.js';
import type { Payload } from '../../src/payload/payload-builder.js';
import { SpanSegment } from '../../src/payload/span-segment.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { decodeStrictly, encodeWith, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { makeSpan, makeSpans } from '../support/spans.js';

function hostsIn(payloads: readonly Payload[]): readonly (string | undefined)[] {
  const spans = payloads.flatMap(({ body }) => decodeStrictly(body).flat());
  return spans.map(({ meta }) => meta['host.name']);
}

describe('a resource that is read in many batches while attributes are pending', () => {
  const hostOf = (encoder: V04Encoder, resource: Resource): string | undefined =>
    hostsIn(encodeWith(encoder, makeSpans(1, { resource })).payloads)[0];

  it('is called an error by the SDK only once, and read anew all the same', async () => {
    const errors: string[] = [];
    const logger = new DiagConsoleLogger();
    logger.error = (message) => void errors.push(message);
    diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
    let detect: (host: string) => void = () => undefined;
    const host = new Promise<string>((resolve) => {
      detect = resolve;
    });
    const never = new Promise<string>(() => undefined);
    const resource = resourceFromAttributes({ 'host.name': host, 'host.id': never });
    void resource.waitForAsyncAttributes?.();
    const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);

    const hosts = [hostOf(encoder, resource), hostOf(encoder, resource)];
    detect('web-1');
    await setImmediate();
    hosts.push(hostOf(encoder, resource), hostOf(encoder, resource));
    diag.disable();

    expect(hosts).toEqual([undefined, undefined, 'web-1', 'web-1']);
    expect(errors).toEqual(['Accessing resource attributes before async attributes settled']);
  });

  it('may be of a kind whose attributes nobody can inherit', () => {
    class OwnResource implements Resource {
      readonly asyncAttributesPending = true;
      readonly #attributes = { 'host.name': 'web-1' };
      get attributes(): Resource['attributes'] {
        return this.#attributes;
      }
    }
    const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
    const resource = new OwnResource();

    expect([hostOf(encoder, resource), hostOf(encoder, resource)]).toEqual(['web-1', 'web-1']);
  });

  it('is read anew for each segment of spans, and at once when it is complete', () => {
    const resource: Resource & { asyncAttributesPending: boolean } = {
      attributes: { 'host.name': 'first' },
      asyncAttributesPending: true,
    };
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);
    const know = (name: string): void => {
      expect(Reflect.set(resource, 'attributes', { 'host.name': name })).toBe(true);
    };
    const add = (): void => void segment.add(makeSpan({ resource }));

    add();
    know('second');
    add();
    expect(hostsIn(segment.gather().payloads)).toEqual(['first', 'first']);
    add();
    know('third');
    resource.asyncAttributesPending = false;
    add();
    expect(hostsIn(segment.gather().payloads)).toEqual(['second', 'third']);
  });
});
