import { mayBeLost, mayGoOn } from './waits.ts';
import type { Awaited } from './waits.ts';

/** What the two sides of an exchange may see, said once for all patterns. It knows nothing of how the protocol does it. */

/** What the application of the callee does with a request. */
export interface Plan {
  verdict: 'accept' | 'queue' | 'reject';
  answer: 'now' | 'held' | 'throw';
}

/** Reasons that a network or a crash excuses; without either, only what somebody did may end an exchange. */
const EXCUSES: ReadonlySet<string> = new Set([
  'peer-timeout',
  'peer-restarted',
  'cancelled',
  'unknown-transfer',
]);
/** For so long after its last fault a network may still show it: several peer timeouts. */
export const MEMORY_NS = 200_000_000;

/** A call with one outcome: unary, bulk, or one leg of a broadcast. */
export interface CallRecord {
  kind: 'call';
  id: number;
  name: string;
  from: number;
  to: number;
  /** Of the caller. */
  incarnation: number;
  startedAt: number;
  deadlineAt: number;
  plan: Plan;
  awaited: Awaited | undefined;
  /** It may be handled again when its fate is unknown. */
  idempotent: boolean;
  /** Something of it was handed to its callee. */
  isSeen: boolean;
  /** Incarnations of the callee in which its handler ran. */
  runs: number[];
  /** The handler has answered, or tried to. */
  answered: boolean;
  /** What somebody did that may end it: reasons. */
  causes: Set<string>;
  /** It ended while its hosts were disturbed. */
  excused: boolean;
  end: string | undefined;
}

/** One direction of a stream, and what the reader of it saw. */
export interface Direction {
  /** Messages that were written, in order; some at the end may have been refused. */
  written: number;
  refused: number;
  read: number;
  /** The writer said that nothing follows. */
  ended: boolean;
  /** How reading ended: `done`, or a reason. */
  end: string | undefined;
}

export type StreamPattern = 'streaming-response' | 'streaming-request' | 'bidirectional';

export interface StreamRecord {
  kind: 'stream';
  pattern: StreamPattern;
  id: number;
  name: string;
  from: number;
  to: number;
  incarnation: number;
  startedAt: number;
  deadlineAt: number;
  plan: Plan;
  awaited: Awaited | undefined;
  isSeen: boolean;
  runs: number[];
  causes: Set<string>;
  excused: boolean;
  /** From the caller; from the callee. */
  up: Direction;
  down: Direction;
}

export type ExchangeRecord = CallRecord | StreamRecord;

export interface DatagramRecord {
  from: number;
  to: number;
  startedAt: number;
  sent: boolean;
  got: number;
}

export function newDirection(): Direction {
  return { written: 0, refused: 0, read: 0, ended: false, end: undefined };
}

/** The reference: a record for each exchange, and what was seen that may not be. */
export class Reference {
  readonly records: ExchangeRecord[] = [];
  /** What the protocol did and the reference does not allow. */
  readonly differences: string[] = [];
  /** Datagrams sent and got, by id. */
  readonly datagrams: Map<number, DatagramRecord> = new Map();
  now: () => number = () => 0;
  /** When each host was last disturbed; NEVER while it is. */
  private readonly disturbedAt: number[];
  /** Who may not know yet that whom has restarted: `caller>callee`. */
  private readonly unaware: Set<string> = new Set();
  private nextId = 1;

  constructor(hosts: number) {
    this.disturbedAt = Array.from({ length: hosts }, () => Number.NEGATIVE_INFINITY);
  }

  issue(): number {
    return this.nextId++;
  }

  differ(text: string): void {
    this.differences.push(`at ${this.now()} ns: ${text}`);
  }

  /** A fault of these hosts begins, or is over. */
  disturb(hosts: readonly number[], isOver: boolean): void {
    for (const host of hosts) this.disturbedAt[host] = isOver ? this.now() : Number.POSITIVE_INFINITY;
  }

  isTroubled(host: number): boolean {
    return this.disturbedAt[host] === Number.POSITIVE_INFINITY;
  }

  isDisturbed({ from, to, startedAt }: Pick<ExchangeRecord, 'from' | 'to' | 'startedAt'>): boolean {
    return [from, to].some((host) => (this.disturbedAt[host] as number) + MEMORY_NS > startedAt);
  }

  onCrash(host: number): void {
    for (let other = 0; other < this.disturbedAt.length; other += 1) this.unaware.add(`${other}>${host}`);
  }

  private mayEnd(record: ExchangeRecord, reason: string): boolean {
    if (reason === 'deadline') return this.now() >= record.deadlineAt;
    if (record.causes.has(reason)) return true;
    if (reason === 'dependency-failed') return this.mayBeLost(record);
    // So a callee hears of a deadline at which the caller gives the opening up.
    if (reason === 'cancelled' && record.kind === 'stream' && this.now() >= record.deadlineAt) return true;
    record.excused ||= this.isDisturbed(record) || this.unaware.has(`${record.from}>${record.to}`);
    return record.excused && EXCUSES.has(reason);
  }

  private readonly isDoomed = (record: ExchangeRecord): boolean =>
    record.causes.size > 0 ||
    this.now() >= record.deadlineAt ||
    record.excused ||
    this.mayEnd(record, 'peer-timeout') ||
    this.mayBeLost(record);

  /** What it depends on critically may come no more. */
  private mayBeLost({ awaited }: ExchangeRecord): boolean {
    return awaited !== undefined && awaited.cascade && mayBeLost(awaited, this.isDoomed);
  }

  /** Something of it reaches the application of its callee. */
  onSeen(record: ExchangeRecord): void {
    record.isSeen = true;
    if (record.awaited !== undefined && !mayGoOn(record.awaited, this.isDoomed))
      this.differ(`${record.name} came before what it waits for`);
  }

  /** Why it was not handed over: how one of those ended that it depends on. */
  onCause({ name, awaited }: ExchangeRecord, reason: string): void {
    const ends = awaited?.records.map((other) => (other.kind === 'call' ? other.end : reason));
    if (!ends?.includes(reason)) this.differ(`${name} failed because of ${reason}, which nothing ended with`);
  }

  /** A handler runs for it. */
  onRun(record: ExchangeRecord, host: number, incarnation: number): void {
    if (host !== record.to) this.differ(`${record.name} was handled by ${host}`);
    if (record.plan.verdict === 'reject') this.differ(`${record.name} was handled, and rejected`);
    const mayRunAgain = record.kind === 'call' && record.idempotent && this.mayEnd(record, 'peer-timeout');
    if (record.runs.length > 0 && !mayRunAgain) this.differ(`the handler of ${record.name} ran again`);
    record.runs.push(incarnation);
  }

  /** How a call ended for its caller: `ok`, or a reason. */
  onOutcome(record: CallRecord, outcome: string): void {
    if (record.end !== undefined) this.differ(`${record.name} ended twice, ${record.end} and ${outcome}`);
    record.end = outcome;
    if (this.now() > record.deadlineAt) this.differ(`${record.name} outlived its deadline`);
    if (outcome === 'ok') {
      if (!record.answered || record.plan.answer === 'throw')
        this.differ(`${record.name} succeeded without an answer`);
      if (!this.isDisturbed(record)) this.unaware.delete(`${record.from}>${record.to}`);
    } else if (!this.mayEnd(record, outcome)) {
      this.differ(`${record.name} ended with ${outcome}`);
    }
  }

  /** The callee of a request that is streamed writes other than one response: its caller closes the stream, and says why. */
  onWritten({ pattern, down, causes }: StreamRecord): void {
    if (pattern !== 'streaming-request' || down.written === 1) return;
    if (down.written > 1 || down.ended) causes.add('protocol-violation').add('cancelled');
  }

  /** The next message of a direction was read; `index` is what it says it is. */
  onRead(record: StreamRecord, flow: Direction, index: number): void {
    const side = flow === record.up ? 'callee' : 'caller';
    if (flow.end !== undefined) this.differ(`the ${side} of ${record.name} read after the end`);
    if (index !== flow.read || index >= flow.written)
      this.differ(`the ${side} of ${record.name} read ${index} for ${flow.read}`);
    flow.read += 1;
  }

  /** Reading a direction ended: `done`, or a reason. */
  onReadEnd(record: StreamRecord, flow: Direction, end: string): void {
    const side = flow === record.up ? 'callee' : 'caller';
    // Every pending read sees the end.
    if (flow.end === end) return;
    if (flow.end !== undefined)
      this.differ(`the ${side} of ${record.name} saw two ends, ${flow.end} and ${end}`);
    flow.end = end;
    if (end !== 'done') {
      if (!this.mayEnd(record, end))
        this.differ(`reading at the ${side} of ${record.name} ended with ${end}`);
      return;
    }
    // A callee that is done itself reads no more.
    if (flow === record.up && record.down.ended) return;
    if (!flow.ended) this.differ(`the ${side} of ${record.name} saw an end that nobody made`);
    if (flow.read !== flow.written - flow.refused)
      this.differ(
        `the ${side} of ${record.name} read ${flow.read} of ${flow.written - flow.refused} messages`,
      );
  }

  /** A write was refused. */
  onRefused(record: StreamRecord, flow: Direction, reason: string): void {
    flow.refused += 1;
    const isOver = record.down.ended || flow.ended;
    if (!(reason === 'closed' && isOver) && !this.mayEnd(record, reason))
      this.differ(`a write of ${record.name} was refused with ${reason}`);
  }

  onDatagram(id: number, host: number): void {
    const datagram = this.datagrams.get(id);
    if (datagram === undefined || datagram.to !== host || !datagram.sent) {
      this.differ(`host ${host} got datagram ${id}, which nobody sent it`);
      return;
    }
    datagram.got += 1;
    if (datagram.got > 1) this.differ(`datagram ${id} came ${datagram.got} times`);
  }
}
