// Owns the rules that are broken, one at a time: where each stands, how it is broken, and the tests that
// have to notice. What is searched for has to be found, once, so that no mutation outlives its rule.

import { EXIT_MUTATIONS } from './exit-mutations.mjs';
import { MESSAGE_MUTATIONS } from './message-mutations.mjs';
import { PAYLOAD_MUTATIONS } from './payload-mutations.mjs';
import { PROCESSOR_MUTATIONS } from './processor-mutations.mjs';
import { TIMING_MUTATIONS } from './timing-mutations.mjs';
import { TRANSPORT_MUTATIONS } from './transport-mutations.mjs';

export const MUTATIONS = [
  ...TRANSPORT_MUTATIONS,
  ...TIMING_MUTATIONS,
  ...EXIT_MUTATIONS,
  ...PAYLOAD_MUTATIONS,
  ...PROCESSOR_MUTATIONS,
  ...MESSAGE_MUTATIONS,
  {
    rule: 'an export is bounded',
    file: 'src/exporter/export-task.ts',
    find: 'this.#disposers.push(clock.schedule(timeoutMillis, timeOut));',
    replace: 'void timeOut;',
    tests: ['test/faults/bounds.test.ts', 'test/exporter/export.test.ts'],
  },
  {
    rule: 'the Agent is blamed for a timeout only if it was asked',
    file: 'src/exporter/export-failure.ts',
    find: 'if (attempts === 0) return NO_TIME;',
    replace: '',
    tests: ['test/exporter/export-failure.test.ts', 'test/exporter/export.test.ts'],
  },
  {
    rule: 'of the failures of a kind, one with attempts is told',
    file: 'src/exporter/export-failure.ts',
    find: ' && one.attempts > 0',
    replace: '',
    tests: ['test/exporter/export-failure.test.ts'],
  },
  {
    rule: 'new exports do not starve batches that wait',
    file: 'src/exporter/encoding-turns.ts',
    find: ' || turn.isLeftToOthers',
    replace: '',
    tests: ['test/exporter/encoding-turns.test.ts'],
  },
  {
    rule: 'an export ends when all of it has',
    file: 'src/exporter/export-task.ts',
    find: 'if (!this.#deliveries.isIdle) return this.#context.deferrals.changed();',
    replace: '',
    tests: ['test/exporter/export.test.ts'],
  },
  {
    rule: 'a payload that settles may leave nothing but what is deferred',
    file: 'src/exporter/export-task.ts',
    find: 'return this.#context.deferrals.changed();',
    replace: 'return;',
    tests: ['test/exporter/force-flush.test.ts'],
  },
  {
    rule: 'a result is given once',
    file: 'src/lang/settle-once.ts',
    find: 'pending = undefined;',
    replace: '',
    tests: ['test/lang/settle-once.test.ts'],
  },
  {
    rule: 'a callback that throws harms nothing',
    file: 'src/exporter/exporter-life.ts',
    find: `    } catch (error) {
      this.#context.diagnostics.warn('callback'`,
    replace: `    } catch (error) {
      if (Date.now() > 0) throw error;
      this.#context.diagnostics.warn('callback'`,
    tests: ['test/exporter/export.test.ts'],
  },
  {
    rule: 'listeners are removed from signals',
    file: 'src/lang/abort.ts',
    find: "signal.removeEventListener('abort', tell);",
    replace: '',
    tests: ['test/lang/abort.test.ts'],
  },
  {
    rule: 'pending bytes are bounded',
    file: 'src/exporter/pending-bytes.ts',
    find: 'return this.#bytes + bytes <= this.#maxBytes;',
    replace: 'return bytes >= 0;',
    tests: ['test/exporter/pending-bytes.test.ts'],
  },
  {
    rule: 'room among the pending bytes is given back',
    file: 'src/exporter/deliveries.ts',
    find: '      release();\n',
    replace: '',
    tests: ['test/exporter/deliveries.test.ts'],
  },
  {
    rule: 'a 413 is followed by two halves',
    file: 'src/exporter/deliveries.ts',
    find: 'splitPayload(payload) : [];',
    replace: '[] : [];',
    tests: ['test/faults/statuses.test.ts'],
  },
  {
    rule: 'bytes are not written over before they are settled',
    file: 'src/exporter/deliveries.ts',
    find: 'const result = await this.#deliver(payload);\n    const halves',
    replace:
      'payload.recycle();\n    const result = await this.#deliver(payload);\n    const halves',
    tests: ['test/exporter/reused-buffers.test.ts'],
  },
  {
    rule: 'what failed is not counted as exported',
    file: 'src/exporter/deliveries.ts',
    find: "if (result.outcome.kind !== 'accepted') {",
    replace: "if (result.outcome.kind === 'broken') {",
    tests: ['test/exporter/deliveries.test.ts', 'test/faults/statuses.test.ts'],
  },
  {
    rule: 'the ledger balances: exported',
    file: 'src/ledger.ts',
    find: 'this.#exported += spans;',
    replace: '',
    tests: ['test/ledger.test.ts'],
  },
  {
    rule: 'the ledger balances: dropped',
    file: 'src/ledger.ts',
    find: 'this.#dropped += spans;',
    replace: '',
    tests: ['test/ledger.test.ts'],
  },
  {
    rule: 'the ledger balances: in flight',
    file: 'src/ledger.ts',
    find: 'this.#inFlight += spans;',
    replace: '',
    tests: ['test/ledger.test.ts'],
  },
  {
    rule: 'a flush waits for what was accepted before it',
    file: 'src/flush/flush-waits.ts',
    find: 'wait === undefined || wait.end > oldest',
    replace: 'wait === undefined',
    tests: ['test/exporter/force-flush.test.ts'],
  },
  {
    rule: 'a flush tells of its own exports only',
    file: 'src/flush/flush-waits.ts',
    find: 'minus(this.#passed, wait.before)',
    replace: 'minus(this.#passed, NO_FAILURES)',
    tests: ['test/flush/flush-waits.test.ts'],
  },
  {
    rule: 'a shutdown grants time to what is under way',
    file: 'src/exporter/exporter-life.ts',
    find: 'this.#afterSealing(() => this.#tasks.results())',
    replace: 'Promise.resolve([])',
    tests: ['test/exporter/shutdown.test.ts'],
  },
  {
    rule: 'a shutdown ends with its grace',
    file: 'src/flush/grace.ts',
    find: 'clock.schedule(graceMillis, () => work.cut(SHUTDOWN))',
    replace: '() => undefined',
    tests: ['test/exporter/shutdown.test.ts'],
  },
  {
    rule: 'a shutdown leaves no socket',
    file: 'src/exporter/exporter-life.ts',
    find: '    queue.close();\n',
    replace: '',
    tests: ['test/exporter/shutdown.test.ts'],
  },
  {
    rule: 'what a copy inherits is not sent: by its exporter',
    file: 'src/exporter/exporter-lives.ts',
    find: 'if (this.#generation === this.#generations.present) return;',
    replace: 'if (this.#generation.number > 0) return;',
    tests: ['test/exporter/generations.test.ts'],
  },
  {
    rule: 'nothing of ours is traced',
    file: 'src/exporter/exporter-life.ts',
    find: 'untraced(() => task.start());\n    return task.result;',
    replace: 'task.start();\n    return task.result;',
    tests: ['test/exporter/untraced.test.ts'],
  },
  {
    rule: 'nor is what had to wait for a resource that a traced request has asked for',
    file: 'src/exporter/export-task.ts',
    find: 'untraced(() => this.#encode(state.source))',
    replace: 'this.#encode(state.source)',
    tests: ['test/exporter/untraced.test.ts'],
  },
  {
    rule: 'a reply that had arrived wins over a limit that expired',
    file: 'src/lang/clock.ts',
    find: 'stopTurn = inNextTurn(task);',
    replace: 'task();',
    tests: ['test/lang/clock.test.ts'],
  },
];
