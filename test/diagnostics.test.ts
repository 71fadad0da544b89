import { diag, DiagLogLevel } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { Diagnostics } from '../src/diagnostics.js';
import { captureDiag } from './support/diag-log.js';
import { ManualClock } from './support/manual-clock.js';

const lines = captureDiag();

function lossesOf(diagnostics: Diagnostics): (spans: number) => void {
  return (spans) => diagnostics.warnOfLoss('connect', spans, `Export failed; ${spans} lost`);
}

it('warns once per topic and minute, and says how much it held back', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);

  for (let call = 0; call < 4; call++) diagnostics.warn('encode', 'one span dropped');
  diagnostics.warn('shutdown', 'other topic');
  clock.advance(59_999);
  diagnostics.warn('encode', 'one span dropped');
  clock.advance(1);
  diagnostics.warn('encode', 'one span dropped');

  expect(lines).toEqual([
    'one span dropped',
    'other topic',
    'one span dropped (4 more were not logged)',
  ]);
});

it('puts a message together only where it is said', () => {
  const diagnostics = new Diagnostics(new ManualClock());
  let calls = 0;
  const message = (): string => `call ${++calls}`;

  for (let call = 0; call < 4; call++) diagnostics.warn('declined', message);

  expect(lines).toEqual(['call 1']);
  expect(calls).toBe(1);
});

it('says when the minute is over of how many lost spans it held back the lines', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);
  const lose = lossesOf(diagnostics);

  lose(512);
  lose(500);
  lose(360);
  clock.advance(59_999);
  expect(lines).toEqual(['Export failed; 512 lost']);
  clock.advance(1);
  lose(2);
  lose(1);
  clock.advance(60_000);
  clock.advance(60_000);
  lose(3);

  expect(lines).toEqual([
    'Export failed; 512 lost',
    'Export failed; 360 lost (and 500 more, not logged)',
    'Export failed; 1 lost (and 2 more, not logged)',
    'Export failed; 3 lost',
  ]);
  expect(clock.armed).toBe(0);
});

it('says it once where the next loss comes before its timer fires, as in a busy loop', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);
  const lose = lossesOf(diagnostics);
  lose(1);
  lose(20);
  clock.spend(60_000);

  lose(300);

  expect(lines).toEqual([
    'Export failed; 1 lost',
    'Export failed; 300 lost (and 20 more, not logged)',
  ]);
  expect(clock.armed).toBe(0);
});

it('tells at last of all lost spans whose lines it held back, and once', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);
  for (const spans of [1, 20, 300]) {
    diagnostics.warnOfLoss('connect', spans, 'Export failed');
    diagnostics.warnOfTotal('too_large', spans, (total) => `${total} dropped`);
    diagnostics.warn('callback', 'a callback threw');
  }

  diagnostics.warnOfHeldBack('PUT it');
  diagnostics.warnOfHeldBack('PUT it');
  clock.advance(60_000);

  expect(lines).toEqual([
    'Export failed',
    '1 dropped',
    'a callback threw',
    'PUT it: 640 spans lost of which nothing was logged',
  ]);
});

it('tells nothing at last if it held no lost span back', () => {
  const diagnostics = new Diagnostics(new ManualClock());
  diagnostics.warnOfLoss('connect', 7, 'Export failed');

  diagnostics.warnOfHeldBack('PUT it');

  expect(lines).toEqual(['Export failed']);
});

/** What is said from now on, but for what the API says itself when it takes the logger. */
function startListening(): readonly string[] {
  const heard: string[] = [];
  const hear = (...parts: unknown[]): void => void heard.push(parts.slice(1).join(' '));
  const logger = { error: hear, warn: hear, info: hear, debug: hear, verbose: hear };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  heard.length = 0;
  return heard;
}

it('speaks to a logger that is set in the same turn, behind it', async () => {
  diag.disable();
  const diagnostics = new Diagnostics(new ManualClock());

  diagnostics.warn('option', 'unknown option');
  const heard = startListening();
  await Promise.resolve();

  expect(heard).toEqual(['unknown option']);
});

it('keeps the next line from nobody because of one that nobody has heard', async () => {
  diag.disable();
  const diagnostics = new Diagnostics(new ManualClock());
  const sayAll = (): void => {
    for (const added of [2, 30]) {
      diagnostics.warn('encode', 'one span dropped');
      diagnostics.debug('reply', 'an answer');
      diagnostics.warnOfTotal('lost', added, (total) => `${total} lost`);
    }
  };
  sayAll();
  await Promise.resolve();

  const heard = startListening();
  sayAll();
  sayAll();

  expect(heard).toEqual([
    'one span dropped (2 more were not logged)',
    'an answer (2 more were not logged)',
    '34 lost',
  ]);
});

it('survives a logger that throws', () => {
  const fail = (): never => {
    throw new Error('logger');
  };
  const logger = { error: fail, warn: fail, info: fail, debug: fail, verbose: fail };
  diag.disable();
  diag.setLogger(logger, { suppressOverrideMessage: true });
  const diagnostics = new Diagnostics(new ManualClock());

  expect(() => diagnostics.warn('encode', 'one span dropped')).not.toThrow();
});

it('says of a number that grows what has come together since it was last said', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);
  const note = (added: number): void => {
    diagnostics.warnOfTotal('lost', added, (total) => `${total} lost`);
  };

  note(2);
  note(30);
  note(400);
  clock.advance(60_000);
  note(5_000);
  clock.advance(60_000);
  note(1);

  expect(lines).toEqual(['2 lost', '430 lost', '5000 lost']);
});
