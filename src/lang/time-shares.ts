// Owns dividing time among members that use it one after another: what one leaves goes to those after it.
// Knows no clock.

/**
 * Calls `give` for each member in turn with its share of the rest of the time, more than 0 and at most 1. Each use has
 * as much time as any other, and one that several members name is the first one's.
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
