// The rules of the end of a process that mutations break; see `mutations.mjs`. Their tests start processes of
// the build, so that it is made anew for each.

export const EXIT_MUTATIONS = [
  {
    rule: 'at exit, one that hangs leaves others their share of the time',
    file: 'src/lang/time-shares.ts',
    find: 'uses === 0 ? 1 : uses / rest',
    replace: '1',
    tests: ['test/exit/block-on-exit-limits.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'at exit, an exporter has one share of the time, however many reach it',
    file: 'src/lang/time-shares.ts',
    find: 'uses: taken.size - before',
    replace: 'uses: usesOf(member).length',
    tests: ['test/exit/block-on-exit-limits.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'at exit, what is still held counts before the time is shared',
    file: 'src/exit-registry.ts',
    find: 'for (const one of members) one.handOver();',
    replace: '',
    tests: ['test/exit/block-on-exit-limits.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'a cluster worker that Node ends at once delivers before',
    file: 'src/exit-registry.ts',
    find: 'if (exitsNow) {',
    replace: 'if (exitsNow && members.length === 0) {',
    tests: ['test/exit/cluster.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'encoding does not hold a process that exits',
    file: 'src/export-task.ts',
    find: 'this.#context.clock.nowMillis() < untilMillis',
    replace: 'Date.now() > 0',
    tests: ['test/exit/block-on-exit-encoding.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'after a second signal nothing more is sent',
    file: 'src/exit-flush.ts',
    find: 'isCutShort ? 0 : (this.#last?.deadlineMillis ?? 0)',
    replace: 'isCutShort ? this.#clock.nowMillis() + this.#timeoutMillis : 0',
    tests: ['test/exit/signals.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'attributes of a resource are asked for before a process can exit without them',
    file: 'src/span-intake.ts',
    find: 'this.#owner.parts.resourceWaits.begin(resource);',
    replace: '',
    tests: ['test/exit/late-attributes.test.ts'],
    isOfBuild: true,
  },
];
