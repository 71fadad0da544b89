// Owns what is said where another undici is found than the one that this package depends on.

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const REAL_UNDICI = join(REPOSITORY, 'node_modules', 'undici');

/** A module that prints what an export says, with these options of the exporter besides. */
function mainWith(options: string): string {
  return `
  import { mkdtempSync, rmdirSync } from 'node:fs';
  import { DatadogSpanExporter } from './exporter/index.js';
  const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
  const span = { name: 'n', spanContext: () => ids, startTime: [1, 0], endTime: [2, 0] };
  const limits = { url: 'http://127.0.0.1:9', maxRetries: 0 };
  const exporter = new DatadogSpanExporter({ ...limits, ${options} });
  exporter.export([span], ({ error }) => console.log(error.message));
`;
}

/** Makes a project that depends on the exporter; returns where its modules are. */
function makeProject(directory: string, main: string): string {
  const modules = join(directory, 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules', '@opentelemetry'), join(modules, '@opentelemetry'));
  cpSync(join(REPOSITORY, 'dist'), join(directory, 'exporter'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(directory, 'main.js'), main);
  return modules;
}

async function messageIn(directory: string): Promise<string> {
  const { stdout, stderr } = await runNode(['main.js'], { cwd: directory });
  return stdout + stderr;
}

/** What an export says in a project where `undici` is this. */
async function messageWith(
  undici: Readonly<Record<string, string>>,
  options = '',
): Promise<string> {
  const directory = temporaryDirectory();
  const modules = makeProject(directory, mainWith(options));
  mkdirSync(join(modules, 'undici'));
  for (const [file, text] of Object.entries(undici)) {
    writeFileSync(join(modules, 'undici', file), text);
  }
  return messageIn(directory);
}

/** An undici 6, as far as it shows. */
const OLD_UNDICI = {
  'package.json': '{ "main": "index.cjs" }',
  'index.cjs': `
    exports.buildConnector = () => () => undefined;
    exports.Client = class {
      dispatch() { throw new Error('invalid onError method'); }
      destroy() { return Promise.resolve(); }
    };`,
};

describe('an export', () => {
  it('says which undici it needs where there is an older one, of an override', async () => {
    const message = await messageWith(OLD_UNDICI);

    expect(message).toContain(
      'undici 7 or 8 is needed, and what was found refuses: invalid onError method; 1 span lost',
    );
  });

  it('takes the undici of `requireFrom`, also where there is no working directory', async () => {
    const directory = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    mkdirSync(join(elsewhere, 'node_modules'));
    symlinkSync(REAL_UNDICI, join(elsewhere, 'node_modules', 'undici'));
    const requireFrom = JSON.stringify(join(elsewhere, 'index.js'));
    const leave = `
      const gone = mkdtempSync('gone-');
      process.chdir(gone);
      rmdirSync('../' + gone);`;
    makeProject(directory, mainWith(`requireFrom: ${requireFrom}`) + leave);

    expect(await messageIn(directory)).toMatch(/no connection to the Agent: connect ECONNREFUSED/);
  });

  it('says why what was found could not be loaded', async () => {
    const message = await messageWith({
      'package.json': '{ "exports": { "import": "./none.mjs", "require": "./index.cjs" } }',
      'index.cjs': "throw new ReferenceError('TextDecoder is not defined');",
    });

    expect(message).toMatch(
      /undici could not be loaded: Cannot find module .*; TextDecoder is not defined; bundle it/s,
    );
  });

  it('takes the undici of `requireFrom` before an older one beside the package', async () => {
    const requireFrom = JSON.stringify(join(REPOSITORY, 'index.js'));
    const message = await messageWith(OLD_UNDICI, `requireFrom: ${requireFrom}`);

    expect(message).toMatch(/no connection to the Agent: connect ECONNREFUSED/);
  });

  it('says that `requireFrom` found none', async () => {
    const nowhere = temporaryDirectory();
    const without = temporaryDirectory();
    makeProject(without, mainWith(`requireFrom: ${JSON.stringify(join(nowhere, 'x.js'))}`));

    expect(await messageIn(without)).toMatch(
      /undici could not be loaded: `requireFrom` \(.*x\.js\): has no undici; Cannot find .*; bundle it; 1 span lost/,
    );
  });
});
