import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import sdk3Lockfile from '../consumers/sdk-3/package-lock.json' with { type: 'json' };
import { runNode } from '../support/child-process.js';
import { writeModules } from '../support/code-modules.js';
import { codeBlocks } from '../support/markdown-code.js';
import { markedTable } from '../support/markdown-table.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

const blocks = codeBlocks(README);
const modules = blocks.filter(({ info }) => info === 'js');

/** Spans that a block sends, by its heading; what is sampled may send none, and one has an Agent of its own. */
const SPANS: Readonly<Record<string, number>> = {
  Use: 1,
  'Sampling and your bill': 0,
  'Tests with a development Agent': 0,
};
/** Its block is a part of a program. */
const LOGS = 'Logs beside traces';

/** What the comments of a block say that it prints. */
function promisedLines(code: string): readonly string[] {
  const lines = code.matchAll(/console\.log\(.*\/\/ (.+)$/gm);
  return Array.from(lines, ([, printed = '']) => `${printed}\n`);
}

describe('the README', () => {
  it.each(modules.filter(({ heading }) => heading !== LOGS))(
    'has code that runs under "$heading"',
    async ({ code, heading }) => {
      const agent = await openScriptedAgent();

      const cwd = writeModules({ 'block.mjs': code });
      const run = await runNode(['block.mjs'], { cwd, env: { DD_TRACE_AGENT_URL: agent.url } });

      expect({ ended: run.ended, stderr: run.stderr }).toEqual({ ended: 0, stderr: '' });
      expect(agent.spans).toHaveLength(SPANS[heading] ?? NaN);
      expect(run.stdout).toBe(promisedLines(code).join(''));
    },
  );

  it('says of each line that its code prints what that is', () => {
    const runs = modules.filter(({ heading }) => heading !== LOGS).map(({ code }) => code);
    const prints = runs.flatMap((code) => code.match(/console\./g) ?? []);

    expect(prints).toHaveLength(1);
    expect(runs.flatMap(promisedLines)).toHaveLength(prints.length);
  });

  it('has log lines with the ids of their span', async () => {
    const agent = await openScriptedAgent();
    const setup = modules.find(({ heading }) => heading === 'Use')?.code ?? '';
    const logs = modules.find(({ heading }) => heading === LOGS)?.code ?? '';
    const modulesOfUser = {
      'tracing.mjs': setup,
      'logs.mjs': logs,
      'main.mjs': `import './tracing.mjs';
        import { trace } from '@opentelemetry/api';
        import { logLine } from './logs.mjs';
        trace.getTracer('shop').startActiveSpan('logged', (span) => {
          console.log(logLine('hi'));
          span.end();
        });`,
    };

    const cwd = writeModules(modulesOfUser);
    const run = await runNode(['main.mjs'], { cwd, env: { DD_TRACE_AGENT_URL: agent.url } });

    const { traceId, spanId } = agent.spans.find(({ resource }) => resource === 'logged') ?? {};
    expect(JSON.parse(run.stdout)).toEqual({
      message: 'hi',
      trace_id: traceId,
      span_id: spanId?.toString(16).padStart(16, '0'),
    });
  });

  it('has decimal ids that a log line can hold', async () => {
    const inline = readFileSync(README, 'utf8').matchAll(/`(String\(BigInt\([^`]+)`/g);
    const ids = Array.from(inline, ([, expression = '']) => expression).join(', ');
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'ffffffffffffffff' };
    const main = `const span = ${JSON.stringify(span)}; console.log(JSON.stringify([${ids}]));`;

    const run = await runNode(['main.mjs'], { cwd: writeModules({ 'main.mjs': main }) });

    expect(run).toEqual({
      ended: 0,
      stdout: '["9532127138774266268","18446744073709551615"]\n',
      stderr: '',
    });
  });

  it('has no code that no test runs', () => {
    const known = new Set(['sh', 'js', 'js sdk-3']);

    expect(blocks.filter(({ info }) => !known.has(info))).toEqual([]);
    expect(modules.length).toBeGreaterThanOrEqual(4);
  });

  it('names commands that exist', () => {
    const known = new Set([...Object.keys(manifest.scripts), 'ci', 'install']);
    const commands = blocks
      .filter(({ info }) => info === 'sh')
      .flatMap(({ code }) =>
        [...code.matchAll(/npm (?:run )?(\S+)/g)].map(([, name = '']) => name),
      );

    expect(commands).toContain('demo');
    expect(commands.filter((name) => !known.has(name))).toEqual([]);
  });

  it('starts with an example of at most twelve lines', () => {
    const lines = modules[0]?.code.split('\n').filter((line) => line.trim() !== '') ?? [];

    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(12);
  });

  it('says of a rollout of the Agent what the measured table says', () => {
    const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
    const row = markedTable(page, 'agent-rollout').find(([rate, away]) => {
      return rate === '1 000' && away === '15 s';
    });

    const [, , made, lost, , , lostWithBoth] = row ?? [];
    const readme = readFileSync(README, 'utf8');
    expect(readme).toContain(
      `At 1 000 spans/s, an Agent that is away for 15 s costs ${lost} of ${made} with the`,
    );
    expect(lostWithBoth).toBe('0');
    expect(readme).toContain('and none with `maxRetries: 100`');
  });

  it('says which Node the SDK 3.x needs', () => {
    const [, version = ''] =
      /SDK 3\.x needs Node ([\d.]+)/.exec(readFileSync(README, 'utf8')) ?? [];
    const { packages } = sdk3Lockfile;

    expect(packages['node_modules/@opentelemetry/sdk-trace'].engines.node).toBe(`>=${version}.0`);
  });

  it('says rightly that a bare provider does not read OTEL_SERVICE_NAME', async () => {
    const agent = await openScriptedAgent();
    const setup = modules.find(({ heading }) => heading === 'Use')?.code ?? '';
    const unnamed = setup.replace("service: 'shop', ", '');
    expect(unnamed).not.toBe(setup);

    const env = { DD_TRACE_AGENT_URL: agent.url, OTEL_SERVICE_NAME: 'shop' };
    const run = await runNode(['block.mjs'], { cwd: writeModules({ 'block.mjs': unnamed }), env });

    expect(run).toMatchObject({ ended: 0, stderr: '' });
    expect(agent.spans).toHaveLength(1);
    expect(agent.spans[0]?.service).toMatch(/^unknown_service:/);
  });

  it('is read in five minutes', () => {
    expect(readFileSync(README, 'utf8').split('\n').length).toBeLessThanOrEqual(250);
  });
});
