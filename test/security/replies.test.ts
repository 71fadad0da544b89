import { describe, expect, it } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';

const VERSION = 'Datadog-Rates-Payload-Version';
const RATES = '{"rate_by_service":{"service:,env:":0.5}}';

describe('a version of the rates that no request can carry', () => {
  it.each([
    ['letters beyond Latin-1', '\u2603'],
    ['letters beyond ASCII', 'é'],
    ['white space', 'a\tb'],
    ['more than a version', 'v'.repeat(10_000)],
  ])('is not sent back, so that no later export fails: %s', async (_what, version) => {
    const peer = await openFaultServer({
      scripts: [answer(200, { headers: [`${VERSION}: ${version}`], body: RATES }), ACCEPT],
    });
    const exporter = openExporter({ url: peer.url, maxConnections: 1 });
    await exportSpans(exporter, makeSpans(1));
    const result = await exportSpans(exporter, makeSpans(1));
    expect(result).toEqual({ code: 0 });
  });
});
