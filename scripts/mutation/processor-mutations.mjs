// The rules of the processors, and of draining them, that mutations break; see `mutations.mjs`.

export const PROCESSOR_MUTATIONS = [
  {
    rule: 'what a copy inherits is not sent: by its processor',
    file: 'src/processor/generation-exporter.ts',
    find: 'return this.#generation !== this.#generations.present;',
    replace: 'return this.#generation.number < 0;',
    tests: ['test/fork-safe-processor/generations.test.ts'],
  },
  {
    rule: 'what ends while spans are read waits for its turn',
    file: 'src/processor/span-intake.ts',
    find: `    if (this.isWorking) {
      this.#nested.push(span);
      return;
    }
`,
    replace: '',
    tests: ['test/batch-processor/reentrancy.test.ts'],
  },
  {
    rule: 'a queue of encoded spans is bounded',
    file: 'src/processor/span-intake.ts',
    find: 'if (!this.#hasRoom) return this.#refuse();',
    replace: '',
    tests: ['test/batch-processor/slow-agent.test.ts'],
  },
  {
    rule: 'two segments fit into the pending bytes, however few these are',
    file: 'src/exporter/shared-parts.ts',
    find: 'Math.max(half - PAYLOAD_OVERHEAD_BYTES, half / 2)',
    replace: 'half',
    tests: ['test/batch-processor/slow-agent.test.ts'],
  },
  {
    rule: 'what is on its way takes no room in the queue',
    file: 'src/processor/span-intake.ts',
    find: 'this.#queuedBytes -= bytes;',
    replace: '',
    tests: ['test/batch-processor/slow-agent.test.ts'],
  },
  {
    rule: 'a flush sends what has come together in the processor',
    file: 'src/processor/intakes.ts',
    find: 'for (const intake of this.#present()) intake.seal();',
    replace: 'return;',
    tests: ['test/batch-processor/delivery.test.ts'],
  },
  {
    rule: 'a flush that was given up is not made up for',
    file: 'src/fork-safe-processor.ts',
    find: 'noted?.end();',
    replace: '',
    tests: ['test/fork-safe-processor/force-flush.test.ts'],
  },
  {
    rule: 'what a processor dropped by itself is not held',
    file: 'src/processor/inner-processor.ts',
    find: 'this.#letGo = Math.max(this.#letGo, ended - this.#exporter.handedOver);',
    replace: '',
    tests: ['test/fork-safe-processor/deferrals.test.ts'],
  },
  {
    rule: 'a flush waits for no span that ended after it',
    file: 'src/fork-safe-processor.ts',
    find: 'if (held === 0) return [...thrown, ...(await hurried)];',
    replace: '',
    tests: ['test/fork-safe-processor/force-flush.test.ts'],
  },
  {
    rule: 'late spans leave a small queue before it is full',
    file: 'src/processor/span-intake.ts',
    find: 'Math.min(MAX_LATE_SPANS, this.#segmentBytes / LATE_SPAN_BYTES)',
    replace: 'MAX_LATE_SPANS',
    tests: ['test/batch-processor/late-attributes.test.ts'],
  },
  {
    rule: 'a target that is deferred holds up none behind it, and none but it is left',
    file: 'src/flush/drain.ts',
    find: " || progress === 'deferred'",
    replace: '',
    tests: ['test/flush/drain.test.ts'],
  },
  {
    rule: 'a flush ahead of its turn says nothing of the one in its turn',
    file: 'src/flush/drain.ts',
    find: "if (this.#progress[index] === during) this.#note(index, 'deferred');",
    replace: "this.#note(index, 'deferred');",
    tests: ['test/flush/drain.test.ts'],
  },
  {
    rule: 'a flush forgets what dropped spans said of their trace',
    file: 'src/processor/span-intake.ts',
    find: 'if (hasLostOnly) this.#segment.clear();',
    replace: '',
    tests: ['test/batch-processor/delivery.test.ts'],
  },
  {
    rule: 'an export that waits for room takes more than its bytes',
    file: 'src/processor/span-intake.ts',
    find: 'spanBytes + PAYLOAD_OVERHEAD_BYTES',
    replace: 'spanBytes + PAYLOAD_OVERHEAD_BYTES * 0',
    tests: ['test/batch-processor/slow-agent.test.ts'],
  },
];
