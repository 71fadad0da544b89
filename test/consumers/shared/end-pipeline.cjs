// Owns the end of every consumer's pipeline, as the environment says: with a flush, or by nothing but
// the shutdown of the provider. Prints the exporter's account and how long the shutdown took.

async function endPipeline({ provider, exporter, spans }) {
  if (process.env.PIPELINE_ENDS_WITH === 'flush') await provider.forceFlush();
  const { exported: flushed } = exporter.stats();
  const start = performance.now();
  await provider.shutdown();
  const shutdownMillis = performance.now() - start;
  const { received, exported, droppedByReason } = exporter.stats();
  const account = { received, flushed, exported, droppedByReason };
  process.stdout.write(JSON.stringify({ spans, account, shutdownMillis }));
}

module.exports = { endPipeline };
