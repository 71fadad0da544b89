// Owns dividing time among members that use it one after another: what one leaves goes to those after it.
// Knows no clock.

/** Calls `give` for each member in turn, with how many that want time share the rest of it, at least 1. */
export function shareTime<Member>(
  members: readonly Member[],
  wantsTime: (member: Member) => boolean,
  give: (member: Member, sharers: number) => void,
): void {
  let sharers = members.filter(wantsTime).length;
  for (const member of members) {
    const isSharer = wantsTime(member);
    give(member, Math.max(sharers, 1));
    if (isSharer) sharers--;
  }
}
