// Owns which certificate authorities this thread trusts and a worker does not by itself. Knows nothing of connections.

/** What Node has from 22.15 on; `@types/node` is that of the oldest Node. */
interface Authorities {
  readonly rootCertificates: readonly string[];
  readonly getCACertificates?: (whose: 'default' | 'extra') => readonly string[];
}

/**
 * Those of `--use-system-ca` and `tls.setDefaultCACertificates()`, which from Node 24 on are a thread's own; undefined
 * if a worker trusts the same. A worker shares `NODE_EXTRA_CA_CERTS`, and `--use-openssl-ca`, with which Node lists no
 * others.
 */
export function trustedAuthorities(usesOpensslCa: boolean): readonly string[] | undefined {
  const { rootCertificates, getCACertificates }: Authorities = process.getBuiltinModule('node:tls');
  if (getCACertificates === undefined) return undefined;
  const trusted = new Set(getCACertificates('default'));
  const extra = new Set(getCACertificates('extra'));
  const ofWorker = usesOpensslCa ? extra : new Set([...rootCertificates, ...extra]);
  return areEqual(trusted, ofWorker) ? undefined : [...trusted];
}

function areEqual(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return some.size === others.size && [...some].every((one) => others.has(one));
}
