import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { Digest, isRecord, RecordError, Replayer, type RecordDifference } from '../../protocol/index.ts';
import { count, time } from '../../reports/figures.ts';
import { RecordedHost } from '../../sim/host/index.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import { nodeCrypto } from '../../transports/index.ts';
import { CommandError } from '../command-error.ts';
import { ExitCode } from '../exit-codes.ts';
import { print, printJson } from '../terminal.ts';
import { row } from './summary.ts';

const HEAD_BYTES = 16;
const BYTES_SHOWN = 48;
const WORDS_MAX = 600;

/** The record of an endpoint, if `path` is one; what else it may be is not looked at. */
export function readRecord(path: string): Uint8Array | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const head = new Uint8Array(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, head);
  } finally {
    closeSync(file);
  }
  return isRecord(head) ? readFileSync(path) : undefined;
}

/** Does again what a record says, in virtual time, and shows where that came to something else. */
export async function replayRecord(path: string, record: Uint8Array, json: boolean): Promise<ExitCode> {
  try {
    const replayer = new Replayer(record, nodeCrypto);
    const kernel = new Kernel();
    await new RecordedHost(kernel, replayer).run();
    if (json) printJson(resultOf(replayer, kernel));
    else printReplay(replayer, kernel);
    return replayer.difference === undefined ? ExitCode.OK : ExitCode.NOT_DETERMINISTIC;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new CommandError(`${path}: ${error.message}`, 1, { cause: error });
  }
}

function resultOf(replayer: Replayer, kernel: Kernel): object {
  const { calls, datagramsIn, runsOut, events, difference, endReason = null } = replayer;
  const what = { same: difference === undefined, calls, datagramsIn, runsOut, events };
  const parting = difference && { ...difference, ...wordsOf(difference) };
  return { ...what, simTimeNs: kernel.now, endReason, difference: parting ?? null };
}

function wordsOf({ args, recorded, now }: RecordDifference): { args: string; recorded: string; now: string } {
  return { args: args.map(words).join(', '), recorded: words(recorded), now: words(now) };
}

function printReplay(replayer: Replayer, kernel: Kernel): void {
  const { calls, datagramsIn, runsOut, events, difference, endReason } = replayer;
  print(row('time', time(kernel.now)));
  print(row('calls', `${count(calls)}, of them ${count(datagramsIn)} datagrams that came in`));
  print(row('came out', `${count(runsOut)} runs of datagrams, ${count(events)} events`));
  if (endReason !== undefined) print(row('recorded until', endReason));
  if (difference === undefined) {
    print('\nAll of it is as it was recorded.');
    return;
  }
  const { args, recorded, now } = wordsOf(difference);
  print('');
  print('NOT THE SAME: another version of dcquic, a record that was changed, or a bug in determinism.');
  print(`The first difference is in call ${difference.call}, counted from 0, at byte ${difference.at}:`);
  print(`  ${difference.name}(${args})`);
  print(`    recorded: ${recorded}`);
  print(`    now:      ${now}`);
}

/** A value in one line. */
function words(value: unknown): string {
  const line = inspect(shown(value), { breakLength: Infinity, depth: 4 });
  return line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX)} …` : line;
}

/** Bytes as digits. */
function shown(value: unknown): unknown {
  if (value instanceof Digest) return `${value.length} bytes, hash ${value.hash.toString(16)}`;
  if (value instanceof Uint8Array) {
    const digits = Buffer.from(value.subarray(0, BYTES_SHOWN)).toString('hex');
    return `${value.length} bytes: ${digits}${value.length > BYTES_SHOWN ? '…' : ''}`;
  }
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
}
