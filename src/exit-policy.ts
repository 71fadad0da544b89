// Owns who ends the process after a flush: this package or the application. Knows neither events nor
// how a process is ended.

/**
 * Who ends the process once the spans are flushed:
 *
 * - `auto`: this package, unless the application listens to the same event; then it decides when
 * - `always`: this package, whatever else listens
 * - `never`: the application
 */
export type Reraise = 'auto' | 'always' | 'never';

/** The first of these that anybody wants holds for all: a process ends but once. */
export const RERAISE: readonly Reraise[] = ['always', 'never', 'auto'];

/** Whether this package is to end the process, given what each that was flushed wants. */
export function isOursToEnd(wishes: readonly Reraise[], othersListen: boolean): boolean {
  const wish = RERAISE.find((one) => wishes.includes(one));
  return wish === 'always' || (wish === 'auto' && !othersListen);
}
