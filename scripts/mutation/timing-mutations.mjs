// The rules of who is sent when, and for how long, that mutations break; see `mutations.mjs`.

export const TIMING_MUTATIONS = [
  {
    rule: 'what has waited for its connection until its export times out is not sent',
    file: 'src/transport/prospect.ts',
    find: 'if (leftMillis < Math.min(LEAST_MILLIS, wholeMillis * LEAST_SHARE))',
    replace: 'if (leftMillis < 0)',
    tests: ['test/transport/prospect.test.ts'],
  },
  {
    rule: 'what may be late is sent after all others',
    file: 'src/transport/send-queue.ts',
    find: 'this.#oldestGood(nowMillis) ?? this.#latestOfRest(nowMillis)',
    replace: 'this.#oldestGood(nowMillis)',
    tests: ['test/transport/prospect.test.ts', 'test/transport/send-queue.test.ts'],
  },
  {
    rule: 'what would be late is sent where no answer is due',
    file: 'src/transport/send-queue.ts',
    find: "prospect === 'doubtful' || dueMillis <= nowMillis",
    replace: 'dueMillis > -1',
    tests: ['test/transport/send-order.test.ts'],
  },
  {
    rule: 'what would be late waits for no answer that is overdue',
    file: 'src/transport/send-queue.ts',
    find: 'dueMillis - nowMillis',
    replace: '60_000',
    tests: ['test/transport/send-order.test.ts'],
  },
  {
    rule: 'a quick answer among slow ones deceives nobody',
    file: 'src/transport/answer-time.ts',
    find: 'const RECENT = 4',
    replace: 'const RECENT = 1',
    tests: ['test/transport/send-order.test.ts'],
  },
  {
    rule: 'a pause of the Agent is soon forgotten',
    file: 'src/transport/answer-time.ts',
    find: 'const RECENT = 4',
    replace: 'const RECENT = 40',
    tests: ['test/transport/send-order.test.ts'],
  },
  {
    rule: 'an Agent that is too slow gets what it can answer in time',
    file: 'src/transport/prospect.ts',
    find: 'answerMillis * ANSWERS',
    replace: '0',
    tests: ['test/transport/prospect.test.ts'],
  },
  {
    rule: 'a request that is written whole only when its time is up is not repeated',
    file: 'src/transport/agent-connection.ts',
    find: "if (progress.phase === 'requesting' && this.hasWritten) progress.attempt.onStep('awaiting');",
    replace: 'void progress;',
    tests: ['test/freeze/half-written.test.ts'],
    isOfBuild: true,
  },
  {
    rule: 'the time of an attempt is limited anew with each of its steps',
    file: 'src/transport/attempt-limit.ts',
    find: "this.#state.phase === 'over') return;\n    this.#stopTimer();",
    replace: "this.#state.phase === 'over' || 'stopTimer' in this.#state) return;",
    tests: ['test/transport/delivery.test.ts'],
  },
];
