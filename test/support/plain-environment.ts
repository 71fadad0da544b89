// Owns the environment of processes that tests start: that of the tests themselves, without what says
// where an Agent is, or how Node or npm run.

/** `NODE_EXTRA_CA_CERTS` stays: behind some proxies npm cannot do without it. */
const UNWANTED =
  /^(?:DD_|OTEL_|npm_|VITEST)|^NODE_(?!EXTRA_CA_CERTS$)|^(?:FORCE_COLOR|NO_COLOR)$/iu;

export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !UNWANTED.test(name)));
}
