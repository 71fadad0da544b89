// Owns which entries of the package are tried, and what is said about each. How they are loaded is
// the caller's business.

const PACKAGE = 'opentelemetry-exporter-datadog-agent';

const specifiers = [
  PACKAGE,
  `${PACKAGE}/fork`,
  `${PACKAGE}/dev-agent`,
  `${PACKAGE}/dist/index.js`,
  `${PACKAGE}/dist/index.cjs`,
  `${PACKAGE}/dist/fork.js`,
  `${PACKAGE}/dist/dev-agent.js`,
  `${PACKAGE}/src/index.ts`,
];

/** The exported names, or the code of the error. A development Agent must also start and close. */
async function inspectEntry(load) {
  let loaded;
  try {
    loaded = await load();
  } catch (error) {
    return error.code;
  }
  if (loaded.startDevAgent !== undefined) {
    const agent = await loaded.startDevAgent();
    await agent.waitForSpans(0);
    await agent.close();
  }
  return Object.keys(loaded).toSorted();
}

/** Tools read package.json through the package's own exports. */
const { version } = require(`${PACKAGE}/package.json`);

module.exports = { inspectEntry, specifiers, version };
