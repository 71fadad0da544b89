// Owns the matrix: on each Node, each SDK line is installed beside the packed tarball, keeps to the
// contract of `test/consumers`, and compiles, with npm and with pnpm.

import { beforeAll, describe, expect, it, type RunnerTestCase } from 'vitest';
import { npmWarningCodes } from '../package/consumer-output.js';
import { ConsumerProject, type SdkLine } from '../package/consumer-project.js';
import { type NodeBinary, nodeOfLine } from '../package/node-line.js';
import { LOCKED_NPM, STRICT_PNPM } from '../package/package-manager.js';
import { type PackedTarball, packTarball } from '../package/packed-tarball.js';
import { runContract } from './contract-run.js';
import type { Cell, Column } from './matrix-cells.js';

const NODE_LINES = [20, 22, 24, 26];
const SDK_LINES: readonly SdkLine[] = ['sdk-1.30', 'sdk-2', 'sdk-3'];
const OUT_OF_ENGINES =
  'SDK 3 asks for Node 22.15 or later, and installers say so (EBADENGINE); that it works on Node 20 ' +
  'is best effort.';
const CLEAN = { exitCode: 0, stdout: '', stderr: '' };
/** Run in the project: the places where what only our package names could be found by others. */
const FIND_HOISTED =
  "['node_modules/undici', 'node_modules/.pnpm/node_modules/undici'].filter(fs.existsSync)";

let tarball: PackedTarball;

beforeAll(async () => {
  tarball = await packTarball();
  return () => tarball[Symbol.asyncDispose]();
});

describe.each(NODE_LINES)('on Node %i', (nodeLine) => {
  let node: NodeBinary;

  beforeAll(async () => {
    node = await nodeOfLine(nodeLine);
  });

  describe.each(SDK_LINES)('a project on %s', (line) => {
    const isOutOfEngines = line === 'sdk-3' && nodeLine === 20;

    function cell(column: Column, text = 'ok'): { cell: Cell } {
      const own = { node: String(nodeLine), line, column, text };
      return { cell: isOutOfEngines && column === 'npm' ? { ...own, note: OUT_OF_ENGINES } : own };
    }

    async function failuresOf(project: ConsumerProject, { meta }: RunnerTestCase) {
      const { passed, total, failures } = await runContract(project);
      if (meta.cell !== undefined) meta.cell = { ...meta.cell, text: `${passed}/${total}` };
      return failures;
    }

    describe('installed by npm', () => {
      let project: ConsumerProject;

      beforeAll(async () => {
        project = await ConsumerProject.create(line, tarball, { manager: LOCKED_NPM, node });
        return () => project[Symbol.asyncDispose]();
      });

      it('has a valid tree', { meta: cell('npm') }, async () => {
        const { exitCode, stderr } = project.installation;
        const tree = await project.npm('ls', '--all');

        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
        expect(npmWarningCodes(stderr)).toEqual(isOutOfEngines ? ['EBADENGINE'] : []);
        expect({ ...tree, stdout: '' }).toEqual(CLEAN);
      });

      it('I12: keeps to the contract', { meta: cell('contract', '') }, async ({ task }) => {
        expect(await failuresOf(project, task)).toEqual([]);
      });

      it('compiles, exact optional properties or not', { meta: cell('types') }, async () => {
        for (const config of ['tsconfig.json', 'tsconfig.inexact.json']) {
          expect(await project.tsc(config)).toEqual(CLEAN);
        }
      });
    });

    describe('installed by pnpm without hoisting', () => {
      let project: ConsumerProject;

      beforeAll(async () => {
        project = await ConsumerProject.create(line, tarball, { manager: STRICT_PNPM, node });
        return () => project[Symbol.asyncDispose]();
      });

      it('compiles and keeps to the contract', { meta: cell('pnpm', '') }, async ({ task }) => {
        const found = await project.node(['--print', FIND_HOISTED]);

        expect(project.installation).toMatchObject({ exitCode: 0 });
        expect(found).toEqual({ ...CLEAN, stdout: '[]\n' });
        expect(await project.tsc('tsconfig.json')).toEqual(CLEAN);
        expect(await failuresOf(project, task)).toEqual([]);
      });
    });
  });
});
