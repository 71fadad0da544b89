// Owns dividing time among members that use it one after another: what one leaves goes to those after it.
// Knows no clock.

/**
 * Calls `give` for each member in turn with its share of what is left of the time, in proportion to its uses for it;
 * more than 0, and 1 for the last. A use that several members name counts for the first of them.
 */
export function shareTime<Member>(
  members: readonly Member[],
  usesOf: (member: Member) => readonly object[],
  give: (member: Member, share: number) => void,
): void {
  const taken = new Set<object>();
  const parts = members.map((member) => {
    const before = taken.size;
    for (const use of usesOf(member)) taken.add(use);
    return { member, uses: taken.size - before };
  });
  let rest = taken.size;
  for (const { member, uses } of parts) {
    give(member, uses === 0 ? 1 : uses / rest);
    rest -= uses;
  }
}
