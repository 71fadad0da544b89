import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { DatadogSpanExporter } from '../../src/index.js';
import { openAnsweringServer, pem, tlsServer } from '../support/answering-server.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { makeSpans } from '../support/spans.js';

const own = pem('cert');
const other = `${rootCertificates[0]}\n`;
const broken = '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n';
const PATH = new URL('../support/tls/cert.pem', import.meta.url).pathname;

const WANTED =
  'Expected `ca` to be certificates as PEM text, the content of a file and not its path';

describe('certificates of its own', () => {
  it.each([
    ['a path', PATH, 'it has none'],
    ['any text', 'trust me', 'it has none'],
    ['a private key', pem('key'), 'it has none'],
    ['a request for one', own.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), 'it has none'],
    ['one in one line', own.replaceAll('\n', ' '), 'it has none'],
    ['line breaks of JSON', own.replaceAll('\n', String.raw`\n`), 'it has none'],
    ['one behind what is no line break for OpenSSL', `\u2028${own}`, 'it has none'],
    [
      'one that is indented',
      own.replaceAll(/^/gm, '  '),
      'certificate 1 of 1 cannot be read (error:',
    ],
    ['one that is damaged', broken, 'certificate 1 of 1 cannot be read (error:'],
    ['one without its end', own.slice(0, -10), 'certificate 1 of 1 cannot be read (error:'],
    [
      'a damaged one before it',
      broken + own,
      'certificate 1 of 2 cannot be read (error:', // Node would trust none
    ],
    [
      'a damaged one between others',
      other + broken + own,
      'certificate 2 of 3 cannot be read (error:', // Node would trust the first
    ],
    [
      'an indented one behind it',
      other + own.replaceAll(/^/gm, '  '),
      'certificate 2 of 2 cannot be read (error:', // Node would trust the first
    ],
    [
      'no line break between two',
      other.trimEnd() + own,
      'certificate 1 of 1 cannot be read (error:', // Node would trust none
    ],
  ])('are none: %s', (_what, ca, fault) => {
    const construct = (): unknown => new DatadogSpanExporter({ ca });

    expect(construct).toThrow(RangeError);
    expect(construct).toThrow(`${WANTED}: ${fault}`);
  });

  it.each([
    ['a path', `${PATH}.missing`, 'missing'],
    ['a private key', pem('key'), 'PRIVATE'],
    ['a damaged certificate', broken, 'bm90aGluZw'],
  ])('are not shown where they are %s', (_what, ca, secret) => {
    const construct = (): unknown => new DatadogSpanExporter({ ca });

    expect(construct).toThrow(WANTED);
    expect(construct).not.toThrow(secret);
  });

  it.each([
    ['with the line breaks of Windows', (other + own).replaceAll('\n', '\r\n')],
    ['with comments', `# the first\n${other}\nsubject=CN = localhost\n${own}\n# the end`],
    ['with a comment of how one begins', `-----BEGIN CERTIFICATE----- begins one\n${own}`],
    ['without a line break at the end', own.trimEnd()],
    ['after the mark of UTF-8', `\uFEFF${own}`],
    ['before a private key', own + pem('key')],
    ['after a private key', pem('key') + own],
    ['with an older name', own.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['with the name that OpenSSL gives', own.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
    ['among all of Node', [...rootCertificates, own].join('\n')],
  ])('are trusted: %s', async (_how, ca) => {
    const { port } = await openAnsweringServer(tlsServer(), '127.0.0.1');

    const exporter = openExporter({ url: `https://127.0.0.1:${port}`, ca });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });
});
