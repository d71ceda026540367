import type { BufferId } from '../../endpoint/buffers.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { CancelSignal } from '../../pool/abort.ts';
import type { After, Call } from '../../pool/causality.ts';
import type { Token } from '../../causality/causality-map.ts';
import type { Offer, Verdict } from '../../pool/acceptance.ts';
import { BulkTarget } from '../../pool/bulk-target.ts';
import type { IncomingStream } from '../../pool/incoming-stream.ts';
import type { HandlerResult, Service } from '../../pool/pool.ts';
import type { IncomingRequest } from '../../pool/incoming.ts';
import type { FaultSpec } from '../../../sim/net/index.ts';
import { HeldBuffers } from './buffers.ts';
import type { HeldBuffer } from './buffers.ts';
import { DOWN, UP, bodyOf, readBody } from './bytes.ts';
import { newDirection } from './reference.ts';
import type {
  CallRecord,
  ExchangeRecord,
  Plan,
  Reference,
  StreamPattern,
  StreamRecord,
} from './reference.ts';
import type { Awaited } from './waits.ts';
import { RequestSource } from './request-source.ts';
import { Stage } from './stage.ts';
import { StreamSide, reasonOf } from './stream-side.ts';
import type { StreamApi } from './stream-side.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** What a callee that closes its pool may do to a call. */
const OF_CLOSED = ['closed', 'rejected', 'refused', 'cancelled'];

/** A handler that has not answered, or an acceptor that has not decided. */
interface Held<T> {
  record: ExchangeRecord;
  host: number;
  incarnation: number;
  signal: CancelSignal;
  settle(value: T): void;
}

export interface Troupe {
  hosts: number;
  options: Partial<EndpointOptions>;
  /** Applications decide about requests before they are pulled. */
  accepting: boolean;
}

/** What is sent: so many bytes, or a buffer. */
export type Content = number | HeldBuffer;

/** How a call is begun. */
export interface Terms {
  plan: Plan;
  /** After its beginning. */
  deadlineNs?: number;
  awaited?: Awaited | undefined;
  /** It may be handled twice, and is tried again when its fate is unknown. */
  idempotent?: boolean;
}

/** The applications on all hosts: they do what commands say, and tell the reference what they see. */
export class Players {
  readonly stage: Stage;
  readonly reference: Reference;
  readonly accepting: boolean;
  /** By exchange and callee. */
  private readonly byKey: Map<string, ExchangeRecord> = new Map();
  private readonly tokens: Map<ExchangeRecord, Token> = new Map();
  readonly signals: Map<ExchangeRecord, CancelSignal> = new Map();
  readonly answers: Held<'ok' | 'throw'>[] = [];
  readonly decisions: Held<'accept' | 'reject'>[] = [];
  readonly sides: StreamSide[] = [];
  /** Of each bulk transfer: which one had its bytes first, and these. */
  private readonly sources: Map<number, { source: number; body: Uint8Array }> = new Map();
  /** Whatever comes is done at once from now on. */
  isHasty = false;
  private readonly faults: number[] = [];
  /** Pools that were closed: of host and incarnation. */
  private readonly closed: Set<string> = new Set();
  readonly buffers: HeldBuffers;
  readonly targets: Map<string, BulkTarget> = new Map();

  constructor(troupe: Troupe, reference: Reference) {
    this.reference = reference;
    this.accepting = troupe.accepting;
    this.stage = new Stage(troupe.hosts, troupe.options, (host) => this.serviceOf(host));
    reference.now = () => this.stage.now;
    this.buffers = new HeldBuffers(this.stage, reference);
  }

  // --- callers -------------------------------------------------------------------------------------------

  private note<T extends ExchangeRecord>(record: T): T {
    this.reference.records.push(record);
    this.byKey.set(`${record.id}/${record.to}`, record);
    return record;
  }

  private common(
    name: string,
    from: number,
    to: number,
    { plan, deadlineNs = NEVER, awaited }: Terms,
    id: number,
  ): Omit<CallRecord, 'kind' | 'answered' | 'end' | 'idempotent'> {
    const { now } = this.stage;
    const { verdict, answer } = plan;
    const causes = new Set<string>();
    if (answer === 'throw') causes.add('handler-failed');
    const effective: Plan = { verdict: this.accepting ? verdict : 'accept', answer };
    if (effective.verdict === 'reject') causes.add('rejected 300');
    if (this.closed.has(this.keyOf(to))) for (const reason of OF_CLOSED) causes.add(reason);
    return {
      id,
      name: `${name} ${id} ${from}>${to}`,
      from,
      to,
      incarnation: this.stage.incarnation(from),
      startedAt: now,
      deadlineAt: now + deadlineNs,
      plan: effective,
      awaited,
      isSeen: false,
      runs: [],
      causes,
      excused: false,
    };
  }

  private call(
    name: string,
    from: number,
    to: number,
    terms: Terms,
    id: number = this.reference.issue(),
  ): CallRecord {
    const common = this.common(name, from, to, terms, id);
    const { idempotent = false } = terms;
    return this.note({ kind: 'call', idempotent, answered: false, end: undefined, ...common });
  }

  private signalFor(record: ExchangeRecord): CancelSignal {
    const signal = new CancelSignal();
    this.signals.set(record, signal);
    return signal;
  }

  /** What a call sends, and whose bytes that are. */
  private payloadOf(id: number, content: Content): { body: Uint8Array | BufferId; source: number } {
    if (typeof content === 'number') return { body: bodyOf(id, UP, 0, content), source: id };
    return { body: content.id, source: content.source };
  }

  unary(from: number, to: number, content: Content, terms: Terms): CallRecord {
    const record = this.call('unary', from, to, terms);
    const { body, source } = this.payloadOf(record.id, content);
    const options = this.optionsOf(record, source);
    this.watch(record, this.stage.pool(from).unaryRpc(this.peer(from, to), body, options));
    return record;
  }

  /** `again`: the same bytes into the target of an earlier one. */
  bulk(from: number, to: number, content: Content, terms: Terms, again?: CallRecord): CallRecord {
    const record = this.call('bulk', from, to, terms);
    const earlier = this.sources.get(again?.id ?? -1);
    const { body, source } = earlier ?? this.payloadOf(record.id, content);
    const bytes = typeof body !== 'number' ? body : (content as HeldBuffer).bytes;
    const isAgain = this.reference.records.some(
      (other) => other.to === to && this.sources.get(other.id)?.source === source,
    );
    this.sources.set(record.id, { source, body: bytes });
    // The newer takes the target from the older, whichever arrives first.
    if (isAgain)
      for (const other of this.reference.records)
        if (this.sources.get(other.id)?.source === source) other.causes.add('rejected');
    const options = this.optionsOf(record, source, { bulk: '' });
    this.watch(record, this.stage.pool(from).rawBulkTransfer(this.peer(from, to), body, options));
    return record;
  }

  broadcast(from: number, content: Content, terms: Terms): CallRecord[] {
    const { stage, reference } = this;
    const id = reference.issue();
    const hosts = Array.from({ length: stage.size }, (_, host) => host).filter((host) => host !== from);
    const records = hosts.map((to) => this.call('broadcast', from, to, terms, id));
    const signal = new CancelSignal();
    for (const record of records) this.signals.set(record, signal);
    const peers = hosts.map((to) => this.peer(from, to));
    const { body, source } = this.payloadOf(id, content);
    const options = { ...this.optionsOf(records[0] as CallRecord, source), signal };
    const { tokens } = stage.pool(from).broadcast(peers, body, {
      ...options,
      onOutcome: ({ peer, error, response }) => {
        const record = records[peers.indexOf(peer)] as CallRecord;
        // A moment later, as promises are: others may wait to tell what this depended on.
        void Promise.resolve().then(() => {
          if (error !== undefined) this.onFailure(record, error);
          else this.onAnswer(record, response.body);
        });
      },
    });
    for (const [i, record] of records.entries()) this.tokens.set(record, tokens[i] as Token);
    return records;
  }

  datagram(from: number, to: number, sizeBytes: number): void {
    const { reference, stage } = this;
    const id = reference.issue();
    const sent = stage.pool(from).datagram(this.peer(from, to), bodyOf(id, UP, 0, sizeBytes));
    reference.datagrams.set(id, { from, to, startedAt: stage.now, sent, got: 0 });
  }

  open(pattern: StreamPattern, from: number, to: number, sizeBytes: number, terms: Terms): StreamSide {
    const { reference, stage } = this;
    const common = this.common(pattern, from, to, terms, reference.issue());
    const [up, down] = [newDirection(), newDirection()];
    const record: StreamRecord = { kind: 'stream', pattern, up, down, ...common };
    this.note(record);
    const pool = stage.pool(from);
    const options = { ...this.optionsOf(record), limits: { messages: 4, bytes: 4000 } };
    const request = bodyOf(record.id, UP, 255, sizeBytes);
    const peer = this.peer(from, to);
    const at = { index: from, incarnation: record.incarnation };
    let api: StreamApi;
    let call: { readonly token: Token };
    if (pattern === 'streaming-response') {
      api = call = pool.streamingResponse(peer, request, options);
      record.up.ended = true;
    } else if (pattern === 'bidirectional') {
      api = call = pool.bidirectional(peer, { ...options, request });
    } else {
      const source = new RequestSource();
      const outcome = pool.streamingRequest(peer, source.requests(), { ...options, request });
      source.becomes(outcome);
      call = outcome;
      api = source;
    }
    this.tokens.set(record, call.token);
    const side = new StreamSide(reference, record, at, true, api);
    this.sides.push(side);
    // A promise tells its outcome unasked.
    if (pattern === 'streaming-request') void side.drain();
    return side;
  }

  private peer(from: number, to: number): number {
    return this.stage.world.peer(from, to);
  }

  private optionsOf(
    record: ExchangeRecord,
    source: number = record.id,
    more: Record<string, string> = {},
  ): {
    signal: CancelSignal;
    headers: Record<string, string>;
    idempotent?: boolean;
    deadlineNs?: number;
    after: After[];
  } {
    const { awaited } = record;
    const after: After[] = [];
    if (awaited !== undefined) {
      const { records, ...how } = awaited;
      after.push({ ...how, call: records.map((other) => this.tokens.get(other) as Token) });
    }
    const at = record.deadlineAt === NEVER ? {} : { deadlineNs: record.deadlineAt };
    const headers = { id: String(record.id), source: String(source), ...more };
    const again = record.kind === 'call' ? { idempotent: record.idempotent } : {};
    return { signal: this.signalFor(record), headers, after, ...again, ...at };
  }

  private watch(record: CallRecord, call: Call<{ body: Uint8Array }>): void {
    this.tokens.set(record, call.token);
    call.then(
      ({ body }) => this.onAnswer(record, body),
      (error: unknown) => this.onFailure(record, error),
    );
  }

  private onFailure(record: CallRecord, error: unknown): void {
    const reason = reasonOf(error);
    this.reference.onOutcome(record, reason);
    if (reason === 'dependency-failed') this.reference.onCause(record, reasonOf((error as Error).cause));
  }

  /** Exchanges of the host as it is that others can depend on. */
  namable(from: number): ExchangeRecord[] {
    return this.reference.records.filter(
      (record) => record.from === from && record.incarnation === this.stage.incarnation(from),
    );
  }

  private onAnswer(record: CallRecord, body: Uint8Array): void {
    const answer = readBody(body);
    if (answer?.id !== record.id || answer.way !== DOWN || answer.index !== record.to)
      this.reference.differ(`the answer to ${record.name} is another`);
    this.reference.onOutcome(record, 'ok');
  }

  /** The caller gives up. */
  abort(record: ExchangeRecord): void {
    record.causes.add('aborted');
    // What its callee sees of a stream.
    if (record.kind === 'stream') record.causes.add('cancelled');
    this.signals.get(record)?.abort(new Error('enough'));
  }

  // --- faults --------------------------------------------------------------------------------------------

  /** A fault that disturbs `hosts`, until `heal`. */
  begin(hosts: readonly number[], fault: (atNs: number) => FaultSpec): void {
    this.reference.disturb(hosts, false);
    this.faults.push(this.stage.begin(fault));
  }

  /** The application of a host is done, for itself and for others. */
  close(host: number): void {
    const { reference, stage } = this;
    for (const { from, to, incarnation, causes } of reference.records) {
      if (from === host && incarnation === stage.incarnation(host)) causes.add('closed').add('cancelled');
      if (to === host) for (const reason of OF_CLOSED) causes.add(reason);
    }
    this.closed.add(this.keyOf(host));
    stage.pool(host).close();
  }

  private keyOf(host: number): string {
    return `${host}/${this.stage.incarnation(host)}`;
  }

  /** Whether the host runs, and its application has not closed its pool. */
  isOpen(host: number): boolean {
    return this.stage.isUp(host) && !this.closed.has(this.keyOf(host));
  }

  /** All faults but crashes are over. */
  heal(): void {
    for (const fault of this.faults.splice(0)) this.stage.end(fault);
    for (let host = 0; host < this.stage.size; host += 1)
      if (this.stage.isUp(host) && this.reference.isTroubled(host)) this.reference.disturb([host], true);
  }

  crash(host: number): void {
    this.reference.disturb([host], false);
    this.reference.onCrash(host);
    this.stage.crash(host);
  }

  restart(host: number): void {
    if (this.stage.isUp(host)) return;
    this.stage.restart(host);
    if (this.faults.length === 0) this.reference.disturb([host], true);
  }

  // --- callees -------------------------------------------------------------------------------------------

  private serviceOf(host: number): Service {
    const { reference } = this;
    return {
      unary: (request) => this.handle(host, request),
      stream: (incoming) => this.handleStream(host, incoming),
      datagram: ({ body }) => {
        const datagram = readBody(body);
        if (datagram === undefined) reference.differ(`host ${host} got a datagram with wrong bytes`);
        else reference.onDatagram(datagram.id, host);
      },
      ...(this.accepting ? { accept: (offer: Offer) => this.decide(host, offer) } : {}),
    };
  }

  private recordOf(headers: Readonly<Record<string, string>>, host: number): ExchangeRecord | undefined {
    const record = this.byKey.get(`${headers['id']}/${host}`);
    if (record === undefined) this.reference.differ(`host ${host} serves exchange ${headers['id']}`);
    else this.reference.onSeen(record);
    return record;
  }

  private decide(host: number, offer: Offer): Verdict | Promise<Verdict> {
    const { headers, signal } = offer;
    const record = this.recordOf(headers, host);
    if (record === undefined) return {};
    const target =
      headers['bulk'] === undefined ? {} : { into: this.targetOf(`${host}/${headers['source']}`) };
    const rejection = { reject: 'no', status: 300 };
    if (record.plan.verdict === 'reject') return rejection;
    if (record.plan.verdict === 'accept' || this.isHasty) return target;
    return new Promise((resolve) => {
      const settle = (verdict: 'accept' | 'reject'): void => {
        if (verdict === 'reject') record.causes.add('rejected 300');
        resolve(verdict === 'reject' ? rejection : target);
      };
      this.decisions.push({ record, host, incarnation: this.stage.incarnation(host), signal, settle });
    });
  }

  private targetOf(source: string): BulkTarget {
    let target = this.targets.get(source);
    if (target === undefined) {
      target = new BulkTarget(new Uint8Array(300_000));
      this.targets.set(source, target);
    }
    return target;
  }

  private handle(
    host: number,
    { headers, body, signal }: IncomingRequest,
  ): HandlerResult | Promise<HandlerResult> {
    const { reference, stage } = this;
    const record = this.recordOf(headers, host);
    if (record?.kind !== 'call') throw new Error('no call');
    const incarnation = stage.incarnation(host);
    reference.onRun(record, host, incarnation);
    const source = Number(headers['source']);
    const request = readBody(body);
    if (request?.id !== source || request.way !== UP)
      reference.differ(`the request of ${record.name} is another`);
    const result = bodyOf(record.id, DOWN, host, record.id % 3 === 0 ? 3000 : 40);
    if (record.plan.answer === 'throw') throw new Error('thrown');
    if (record.plan.answer === 'now' || this.isHasty) {
      record.answered = true;
      return result;
    }
    return new Promise((resolve, reject) => {
      const settle = (how: 'ok' | 'throw'): void => {
        if (how === 'ok') record.answered = true;
        else record.causes.add('handler-failed');
        if (how === 'ok') resolve(result);
        else reject(new Error('thrown'));
      };
      this.answers.push({ record, host, incarnation, signal, settle });
    });
  }

  private handleStream(host: number, incoming: IncomingStream): Promise<Uint8Array | void> {
    const { reference, stage } = this;
    const record = this.recordOf(incoming.headers, host);
    if (record?.kind !== 'stream') throw new Error('no stream');
    const incarnation = stage.incarnation(host);
    reference.onRun(record, host, incarnation);
    const request = readBody(incoming.request);
    if (request?.id !== record.id || request.index !== 255)
      reference.differ(`the request of ${record.name} is another`);
    if (record.plan.answer === 'throw') throw new Error('thrown');
    const side = new StreamSide(reference, record, { index: host, incarnation }, false, incoming);
    this.sides.push(side);
    if (record.plan.answer === 'now' && record.pattern !== 'streaming-request') {
      side.write(300);
      side.write(2000);
    }
    if (record.plan.answer === 'now') return Promise.resolve(side.conclude());
    if (this.isHasty) return side.drain().then(() => side.conclude());
    return new Promise((resolve, reject) => {
      side.finish = (error) => {
        side.finish = undefined;
        if (error === undefined) {
          resolve(side.conclude());
        } else {
          record.causes.add('handler-failed');
          reject(error);
        }
      };
    });
  }
}
