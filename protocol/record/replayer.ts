import type { Nanos } from '../core/units.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import { Alarm } from '../endpoint/alarms.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import type { PathSecret } from '../keys/path-secret.ts';
import { TransmitBuffer } from '../transmit.ts';
import { Entry, Journal, type JournalEntry } from './journal.ts';
import { runOf } from './recorder.ts';
import { RecordError, ValueReader, ValueWriter } from './values.ts';

/** Where a record and what happens now part. */
export interface RecordDifference {
  /** Number of the call, from 0, and its place in the record. */
  readonly call: number;
  readonly at: number;
  readonly nowNs: Nanos;
  /** Name and arguments of the call. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** What it was, and what it is now: values, or a sentence about what is missing. */
  readonly recorded: unknown;
  readonly now: unknown;
}

interface PendingCall {
  readonly entry: JournalEntry;
  readonly name: string;
  readonly args: unknown[];
}

class Parting extends Error {
  readonly recorded: unknown;
  readonly now: unknown;

  constructor(recorded: unknown, now: unknown) {
    super('the record says something else');
    this.recorded = recorded;
    this.now = now;
  }
}

/**
 * Does again what a record says was done to an endpoint, call by call, and compares all that comes out: datagrams, events, times. The endpoint is the one of
 * production and simulation alike. REQ SIM-1, SIM-5, DST-2
 */
export class Replayer {
  /** Calls done. */
  calls = 0;
  /** Runs of them. */
  runsOut = 0;
  events = 0;
  /** Time of the last call. */
  nowNs: Nanos = 0;
  difference: RecordDifference | undefined;
  /** Why the record ends before its endpoint did, if it does. */
  endReason: string | undefined;
  readonly endpoint: Endpoint;
  private readonly journal: Journal;
  private readonly values: ValueWriter = new ValueWriter((thing) => this.numbers.get(thing));
  private readonly alarms: Alarm[] = [];
  private readonly numbers: Map<object, number> = new Map<object, number>();
  private out = new TransmitBuffer(0);
  private next: JournalEntry | undefined;
  /** What `next` is, once it was read. */
  private ahead: PendingCall | undefined;

  /** Throws RecordError, also later. */
  constructor(record: Uint8Array, crypto: CryptoSuite) {
    this.journal = new Journal(record);
    const begin = this.journal.next();
    if (begin?.kind !== Entry.BEGIN) throw new RecordError('the record has no beginning');
    const [options] = this.read(begin) as [Partial<EndpointOptions>];
    this.next = this.journal.next();
    this.endpoint = new Endpoint({
      crypto,
      options,
      random: {
        nextU32: () => {
          const [bytes] = this.expect(Entry.RANDOM, 'random bytes are drawn') as [Uint8Array];
          return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
        },
        fill: (into) => {
          const [bytes] = this.expect(Entry.RANDOM, 'random bytes are drawn') as [Uint8Array];
          if (bytes.length !== into.length) throw new Parting(`${bytes.length} random bytes`, into.length);
          into.set(bytes);
        },
      },
      resolve: (credential) => {
        const [asked, secret] = this.expect(Entry.SECRET, 'a path secret is asked for') as [
          Uint8Array,
          PathSecret | undefined,
        ];
        if (!asked.every((byte, i) => byte === credential[i])) throw new Parting(asked, credential.slice());
        return secret;
      },
    });
  }

  get datagramsIn(): number {
    return this.endpoint.counters.datagramsIn;
  }

  /** When the next call is; undefined if there is none, or there was a difference. */
  get nextNs(): Nanos | undefined {
    if (this.difference !== undefined || this.next === undefined) return undefined;
    const { kind } = this.next;
    if (kind === Entry.END) [this.endReason] = this.read(this.next) as [string];
    return kind === Entry.END ? undefined : this.timeOf(this.pending().args[0]);
  }

  /** Does the next call. */
  step(): void {
    const call = this.pending();
    this.nowNs = this.timeOf(call.args[0]);
    this.next = this.journal.next();
    try {
      this.compare(this.perform(call));
    } catch (error) {
      if (!(error instanceof Parting)) throw error;
      const { name, args, entry } = call;
      const { recorded, now } = error;
      this.difference = { call: this.calls, at: entry.at, nowNs: this.nowNs, name, args, recorded, now };
    }
    this.calls += 1;
  }

  /** Not all calls say the time. */
  private timeOf(value: unknown): Nanos {
    return typeof value === 'number' && value >= this.nowNs ? value : this.nowNs;
  }

  private pending(): PendingCall {
    const entry = this.next;
    if (this.ahead !== undefined && this.ahead.entry === entry) return this.ahead;
    if (entry?.kind !== Entry.CALL) throw new RecordError(`a call is missing at byte ${entry?.at}`);
    const [name, ...args] = this.read(entry) as [string, ...unknown[]];
    return (this.ahead = { entry, name, args });
  }

  private perform({ name, args }: PendingCall): [kind: number, ...values: unknown[]] {
    const method = (this.endpoint as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    if (typeof method !== 'function') throw new RecordError(`an endpoint has no ${name}`);
    try {
      if (name === 'pollTransmit') return [Entry.RESULT, this.poll(args[0] as Nanos, args[1] as number)];
      if (name === 'setAlarm') args.push(() => {});
      const result = method.apply(this.endpoint, args);
      if (result instanceof Alarm) this.numbers.set(result, this.alarms.push(result) - 1);
      if (name === 'pollEvent' && result !== undefined) this.events += 1;
      return [Entry.RESULT, result];
    } catch (error) {
      if (error instanceof Parting || error instanceof RecordError) throw error;
      const { code = '', message } = error as { code?: string; message: string };
      return [Entry.THROWN, code, message];
    }
  }

  private poll(now: Nanos, capacityBytes: number): unknown {
    if (this.out.bytes.length !== capacityBytes) this.out = new TransmitBuffer(capacityBytes);
    if (!this.endpoint.pollTransmit(now, this.out)) return false;
    this.runsOut += 1;
    return runOf(this.out);
  }

  private compare([kind, ...values]: [kind: number, ...values: unknown[]]): void {
    const { next } = this;
    // The process ended in the middle of the call.
    if (next === undefined || next.kind === Entry.END) return;
    if (next.kind !== kind) throw new Parting(this.described(next), values);
    for (const value of values) this.values.value(value, kind === Entry.RESULT);
    const written = this.values.take();
    const { content } = next;
    if (written.length !== content.length || !written.every((byte, i) => byte === content[i]))
      throw new Parting(this.described(next), new ValueReader(written.slice()).value());
    this.next = this.journal.next();
  }

  /** An entry that comes during a call. */
  private expect(kind: number, what: string): unknown[] {
    const { next } = this;
    if (next === undefined || next.kind !== kind)
      throw new Parting(next === undefined ? 'the record is over' : this.described(next), what);
    this.next = this.journal.next();
    return this.read(next);
  }

  private described(entry: JournalEntry): unknown {
    if (entry.kind === Entry.RANDOM) return 'random bytes are drawn';
    if (entry.kind === Entry.SECRET) return 'a path secret is asked for';
    if (entry.kind === Entry.CALL) return 'the call has no result';
    return new ValueReader(entry.content).value();
  }

  private read({ content, at }: JournalEntry): unknown[] {
    try {
      const reader = new ValueReader(content, (number) => this.alarms[number]);
      const values: unknown[] = [];
      while (!reader.isAtEnd) values.push(reader.value());
      return values;
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      throw new RecordError(`the entry at byte ${at} is damaged: ${error.message}`, { cause: error });
    }
  }
}
