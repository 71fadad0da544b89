// Owns dividing time among those that are given it one after another: what one leaves is for those behind it.
// Knows no clock.

/** Calls `give` for each in turn, with how many of those that want time share what is left: 1 at least. */
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
