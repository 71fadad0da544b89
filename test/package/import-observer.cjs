// Owns the traces that an import can leave in its process: variables read, modules evaluated, handles
// opened, listeners and globals added. Prints them, and as a control those of the first exporter.

const { setImmediate: nextTurn } = require('node:timers/promises');

/** Of the event loop: a local file is found within a few of them. */
const MAX_TURNS = 100_000;

class Observer {
  #reads = [];
  #ignored = [];
  #before;

  constructor() {
    globalThis.evaluated = []; // the traps add to it
    const note = (name) => {
      if (!this.#reads.includes(String(name))) this.#reads.push(String(name));
    };
    process.env = new Proxy(process.env, {
      get: (target, name) => (note(name), Reflect.get(target, name)),
      has: (target, name) => (note(name), Reflect.has(target, name)),
      getOwnPropertyDescriptor: (target, name) => (
        note(name),
        Reflect.getOwnPropertyDescriptor(target, name)
      ),
      ownKeys: (target) => (note('*'), Reflect.ownKeys(target)),
    });
    this.#before = state();
  }

  /** What was read so far was read by Node's own loader. */
  ignoreReads() {
    this.#ignored.push(...this.#reads.splice(0));
  }

  async finish({ importMillis, DatadogSpanExporter }) {
    await nextTurn(); // so that an import that was only started is seen too
    await nextTurn();
    const byImport = this.#seen();
    const exporter = new DatadogSpanExporter();
    for (let turn = 0; turn < MAX_TURNS && globalThis.evaluated.length === 0; turn++) {
      await nextTurn();
    }
    const byExporter = this.#seen();
    await exporter.shutdown();
    process.stdout.write(JSON.stringify({ importMillis, byImport, byExporter }));
  }

  #seen() {
    const now = state();
    return {
      variables: this.#reads.splice(0).filter((name) => !this.#ignored.includes(name)),
      evaluated: globalThis.evaluated.splice(0),
      resources: now.resources.filter((name) => !this.#before.resources.includes(name)),
      listeners: now.listeners.filter((name) => !this.#before.listeners.includes(name)),
      globals: now.globals.filter((name) => !this.#before.globals.includes(name)),
    };
  }
}

/** Everything as countable text: the third timer is `Timeout 3`. */
function state() {
  const listeners = process.eventNames().flatMap((event) => {
    return process.listeners(event).map((_, index) => `${String(event)} ${index + 1}`);
  });
  return {
    resources: numbered(process.getActiveResourcesInfo()),
    listeners,
    globals: Reflect.ownKeys(globalThis).map(String),
  };
}

function numbered(names) {
  return names.map((name, index) => {
    return `${name} ${names.slice(0, index + 1).filter((other) => other === name).length}`;
  });
}

module.exports = { Observer };
