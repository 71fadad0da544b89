import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type StartedProcess, startNode } from '../support/child-process.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { ACCEPT, pause, readAll, readBody, readHead, reply, send } from '../support/fault-steps.js';
import { chosenSeed, type SeededRandom, seededRandom } from '../support/seeded-random.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const SENDER = fileURLToPath(new URL('killed-sender.mjs', import.meta.url));
const KILLS = 50;
/** At a time; more only take each other's processor. */
const KILLED_TOGETHER = 2;
/** Of the body of a request, which has some 100 KB: kill points lie in the first half. */
const MAX_KILL_BYTES = 50_000;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const DEADLINE_MILLIS = 240_000;
const seed = chosenSeed();

/** What became of one process. */
interface Killed {
  readonly moment: string;
  readonly signal: NodeJS.Signals | null;
  /** Spans that it knew to be with the Agent. */
  readonly known: number;
  /** Those of them that are not. */
  readonly missing: number;
}

/** How far a request is when its process is killed. */
interface Moment {
  readonly name: string;
  readonly script: (random: SeededRandom, kill: Step) => Script;
}

const MOMENTS: readonly [Moment, ...Moment[]] = [
  {
    name: 'amid a request',
    script: ({ below }, kill) => [readHead, readBody(below(MAX_KILL_BYTES)), kill],
  },
  { name: 'before the answer', script: (_random, kill) => [readAll, kill] },
  {
    name: 'amid the answer',
    script: ({ below }, kill) => [readAll, send(ANSWER.slice(0, below(ANSWER.length + 1))), kill],
  },
  {
    name: 'soon after the answer',
    script: ({ below }, kill) => [readAll, reply(200), pause(below(30) / 10), kill],
  },
];

it(
  `has with the Agent whatever it called a success when it is killed: ${KILLS} times, SEED=${seed}`,
  async () => {
    const random = seededRandom(seed);
    const killed: Killed[] = [];
    while (killed.length < KILLS) {
      const together = Array.from({ length: KILLED_TOGETHER }, () => killOne(random));
      killed.push(...(await Promise.all(together)));
    }

    expect(killed.filter(({ signal, missing }) => signal !== 'SIGKILL' || missing > 0)).toEqual([]);
    // The processes had something to lose.
    expect(killed.filter(({ known }) => known > 0).length).toBeGreaterThan(KILLS / 2);
  },
  DEADLINE_MILLIS,
);

async function killOne(random: SeededRandom): Promise<Killed> {
  const { name, script } = random.pick(MOMENTS);
  const way = random.pick(['exporter', 'processor']);
  const log = join(temporaryDirectory(), 'known');
  writeFileSync(log, '');
  let sender: StartedProcess | undefined;
  const last = script(random, () => void sender?.child.kill('SIGKILL'));
  const accepted = Array.from({ length: random.below(10) }, () => ACCEPT);
  const agent = await openFaultServer({
    over: random.pick(['tcp', 'unix']),
    scripts: [...accepted, last],
  });
  const env = { DD_TRACE_AGENT_URL: agent.url };
  sender = startNode([SENDER, way, log], { env, isShown: true });
  const { signal } = await sender.end;
  const known = knownSpans(log);
  const arrived = new Set(agent.spans.map(({ spanId }) => String(spanId)));
  await agent.close();
  const missing = known.filter((id) => !arrived.has(id)).length;
  return { moment: name, signal, known: known.length, missing };
}

/** Ids in whole lines: a process that is killed may leave half of one. */
function knownSpans(log: string): readonly string[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => line.split(' '));
}
