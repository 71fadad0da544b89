import { describe, expect, it } from 'vitest';
import { type Lineage, readLineage, type Variables, writeLineage } from '../../src/fork/lineage.js';

const PARENT = 'OTEL_EXPORTER_DATADOG_PARENT_RUNTIME_ID';
const ROOT = 'OTEL_EXPORTER_DATADOG_ROOT_RUNTIME_ID';
const A = '11111111-2222-4333-8444-555555555555';
const B = 'AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee';

function read(vars: Variables): [Lineage | undefined, readonly string[]] {
  const warnings: string[] = [];
  const lineage = readLineage(vars, (_variable, message) => warnings.push(message));
  return [lineage, warnings];
}

describe('the lineage in the environment', () => {
  it.each<[Variables, Lineage | undefined]>([
    [{}, undefined],
    [{ [PARENT]: ' ', [ROOT]: '' }, undefined],
    [
      { [PARENT]: A, [ROOT]: B },
      { parentRuntimeId: A, rootRuntimeId: B },
    ],
    [
      { [PARENT]: ` ${A}\n`, [ROOT]: A },
      { parentRuntimeId: A, rootRuntimeId: A },
    ],
    // That of dd-trace means something else.
    [{ DD_ROOT_JS_SESSION_ID: A, DD_PARENT_JS_SESSION_ID: B }, undefined],
  ])('is read from %j', (vars, expected) => {
    expect(read(vars)).toEqual([expected, []]);
  });

  it.each<Variables>([
    { [PARENT]: A },
    { [ROOT]: A },
    { [PARENT]: A, [ROOT]: 'x' },
    { [PARENT]: `${A}0`, [ROOT]: A },
    { [PARENT]: A.replaceAll('-', ''), [ROOT]: A },
    { [PARENT]: A, [ROOT]: 'y'.repeat(100_000) },
    { [PARENT]: `${A}\n${A}`, [ROOT]: A },
  ])('is ignored with one warning, and not repeated, where it is bad (row %#)', (vars) => {
    expect(read(vars)).toEqual([
      undefined,
      [`${PARENT} and ${ROOT} are ignored: they are not both UUIDs`],
    ]);
  });

  it('is read as it was written', () => {
    const lineage = { parentRuntimeId: A, rootRuntimeId: B };
    const vars: Variables = {};

    writeLineage(vars, lineage);

    expect(read(vars)).toEqual([lineage, []]);
  });
});

describe('what was written', () => {
  const lineage = { parentRuntimeId: A, rootRuntimeId: A };

  it.each<Variables>([{}, { [PARENT]: B, [ROOT]: B }, { [PARENT]: 'bad', PATH: '/bin' }])(
    'leaves %j behind as it was',
    (before) => {
      const vars = { ...before };
      const takeBack = writeLineage(vars, lineage);
      expect(vars).toEqual({ ...before, [PARENT]: A, [ROOT]: A });

      takeBack();
      takeBack();

      expect(vars).toStrictEqual(before);
    },
  );

  it('is left alone where somebody has changed it since', () => {
    const vars: Variables = {};
    const takeBack = writeLineage(vars, lineage);
    vars[ROOT] = B;

    takeBack();

    expect(vars).toStrictEqual({ [ROOT]: B });
  });
});
