// Owns where the scripts of child processes find the package, as it is built, and the span that they export.

/** The package, to be imported. */
export const DIST: string = new URL('../../dist/index.js', import.meta.url).href;
/** `plainSpan()`, to be imported. */
export const PLAIN_SPAN: string = new URL('plain-span.mjs', import.meta.url).href;
