// Owns the check of certificates that are given as text. Node trusts those before the first that it cannot read, if any,
// and says nothing of the others: the text would fail only later, as a peer that nobody trusts.

import { reasonOf } from '../lang/reason-text.js';
import { checkText } from './option-checks.js';

/**
 * Where one begins: on a line of its own. OpenSSL skips what stands before it, such as a comment or a whole key, and also
 * an indented certificate, which is found here in order to be refused.
 */
const BEGINNING =
  /(?<=^|\n)(?=\uFEFF?[\t ]*-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^\S\n]*(?:\n|$))/;

/** @throws TypeError or RangeError unless `value` is absent, or text with certificates that can all be read. */
export function checkCertificates(name: string, value: unknown): string | undefined {
  const text = checkText(name, value);
  if (text === undefined) return undefined;
  const certificates = text.split(BEGINNING).filter((part) => BEGINNING.test(part));
  if (certificates.length === 0) throw refusal(name, 'it has none');
  for (const [index, certificate] of certificates.entries()) {
    const reason = whyUnreadable(certificate);
    if (reason === undefined) continue;
    const which = `certificate ${index + 1} of ${certificates.length}`;
    throw refusal(name, `${which} cannot be read (${reason})`);
  }
  return text;
}

/** Never shows the text, which may be that of another file, such as a private key. */
function refusal(name: string, fault: string): RangeError {
  const wanted = 'certificates as PEM text, the content of a file and not its path';
  return new RangeError(`Expected \`${name}\` to be ${wanted}: ${fault}`);
}

/** Loads the module on demand, as not even each exporter that speaks `https:` has certificates of its own. */
function whyUnreadable(certificate: string): string | undefined {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  try {
    void new X509Certificate(certificate);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
