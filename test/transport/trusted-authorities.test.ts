import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { trustedAuthorities } from '../../src/transport/trusted-authorities.js';
import { pem } from '../support/answering-server.js';

interface Authorities {
  readonly rootCertificates: readonly string[];
  readonly getCACertificates?: (whose: 'default' | 'extra') => readonly string[];
  readonly setDefaultCACertificates?: (authorities: readonly string[]) => void;
}

const { getCACertificates, setDefaultCACertificates }: Authorities = tls;
const defaults = getCACertificates?.('default') ?? [];

afterEach(() => {
  setDefaultCACertificates?.(defaults);
});

it('a worker trusts the same by itself, unless the process has changed that', () => {
  expect(trustedAuthorities(false)).toBeUndefined();
});

// In Node from 22.19 and 24.5 on.
describe.skipIf(setDefaultCACertificates === undefined)('a worker is told whom it trusts', () => {
  it.each([
    ['one more', [...defaults, pem('cert')]],
    ['nobody', []],
  ])('if it is %s', (_who, authorities) => {
    setDefaultCACertificates?.(authorities);

    expect(trustedAuthorities(false)).toEqual(getCACertificates?.('default'));
  });

  it('if it is those of NODE_EXTRA_CA_CERTS only, but not where OpenSSL names the others', () => {
    const extra = getCACertificates?.('extra') ?? [];
    setDefaultCACertificates?.(extra);

    expect(trustedAuthorities(false)).toHaveLength(extra.length);
    expect(trustedAuthorities(true)).toBeUndefined();
  });
});
