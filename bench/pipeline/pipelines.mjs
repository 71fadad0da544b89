// Owns whole pipelines from a tracer to the sink: how a trace is made, how what has ended is sent, and what
// the exporter says became of the spans, where it keeps an account.

import { newProvider } from '../spans/pipeline.mjs';
import { shopTraces } from '../spans/shop.mjs';
import { PROCESSORS } from './processors.mjs';

const OF_DD_TRACE = { 'dd-trace noproc': { exports: false }, 'dd-trace': { exports: true } };

/** Floors, which make spans and send none. */
const SILENT = new Set(['noproc', 'noop', 'dd-trace noproc']);

/** @returns `{ emitTrace, flush, sends, ledger, takesAll }`, the last two as processors.mjs has them. */
export async function openPipeline(name, sink) {
  const sends = !SILENT.has(name);
  const settings = OF_DD_TRACE[name];
  if (settings !== undefined) {
    const { ddProvider } = await import('./dd-provider.mjs');
    const { provider, flush } = ddProvider(sink.url, settings);
    return { emitTrace: shopTraces(provider), flush, sends };
  }
  const { processor, ledger, takesAll = false } = await PROCESSORS[name](sink);
  const emitTrace = shopTraces(newProvider(processor));
  return { emitTrace, flush: () => processor.forceFlush(), sends, ledger, takesAll };
}
