// Owns who ends the process after a flush: this package or the application. Knows neither events nor
// how a process is ended.

/**
 * Who ends the process once the spans are flushed:
 *
 * - `auto`: this package, unless the application listens to the same event and so decides when
 * - `always`: this package, whatever else listens
 * - `never`: the application
 */
export type Reraise = 'auto' | 'always' | 'never';

/** In order of precedence: the first that any caller wants holds for all, as a process ends only once. */
export const RERAISE: readonly Reraise[] = ['always', 'never', 'auto'];

/** Whether this package is to end the process, given what each caller wants. */
export function isOursToEnd(wishes: readonly Reraise[], othersListen: boolean): boolean {
  const wish = RERAISE.find((one) => wishes.includes(one));
  return wish === 'always' || (wish === 'auto' && !othersListen);
}
