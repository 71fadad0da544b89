// Owns what a row costs beyond its base. Where noise makes it nothing or less, no ratio can be made of it.

/** @returns `NaN` unless `cost` is above `base`, so that no goal counts as reached. */
export function beyond(cost, base) {
  const added = cost - base;
  return added > 0 ? added : NaN;
}
