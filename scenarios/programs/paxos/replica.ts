import type { HandlerResult, IncomingRequest } from '../../../protocol/index.ts';
import type { SimHost, World } from '../../../sim/host/index.ts';
import type { Judge } from './judge.ts';
import { decode, digestOf, message } from './message.ts';
import type { Message } from './message.ts';

/** Where the leader is. */
export const LEADER = 0;

const DONE: Uint8Array = new Uint8Array(1);

/** What survives a crash. */
interface Disk {
  promised: number;
  accepted: Map<number, { ballot: number; value: Uint8Array }>;
  /** Slots applied, all before it included. */
  applied: number;
}

/** One acceptor and learner. */
export class Replica {
  readonly index: number;
  readonly disk: Disk = { promised: 0, accepted: new Map(), applied: 0 };
  private readonly host: SimHost;
  private readonly world: World;
  private readonly judge: Judge;
  /** Chosen values that wait for those before them; lost in a crash. */
  private learned: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  private isFetching = false;

  constructor(index: number, world: World, judge: Judge) {
    this.index = index;
    this.world = world;
    this.judge = judge;
    this.host = world.host(index);
    this.host.onCrash = () => {
      this.learned = new Map<number, Uint8Array>();
      this.isFetching = false;
    };
    this.host.serve((request) => this.handle(request));
  }

  private handle({ body }: IncomingRequest): HandlerResult {
    const request = decode(body);
    switch (request.kind) {
      case 'propose':
        this.accept(request);
        return DONE;
      case 'commit':
        this.judge.onCommit(this.index, request.slot, request.attempt, digestOf(request.value));
        this.learn(request.slot, request.value);
        return DONE;
      case 'stable':
        this.judge.onStable(this.index, request.slot, request.attempt);
        return DONE;
      case 'prepare':
        return this.promise(request);
      case 'fetch':
        return this.chosen(request.slot);
      case 'ping':
        return DONE;
    }
  }

  /** Throws if a later ballot has its promise: the proposer learns it as a failed handler. */
  accept({ slot, ballot, value }: Message): void {
    const { disk } = this;
    if (ballot < disk.promised) throw new Error(`promised ${disk.promised}`);
    disk.promised = ballot;
    disk.accepted.set(slot, { ballot, value });
    this.judge.onAccept(this.index, slot, ballot, digestOf(value));
  }

  /** What was accepted for the slot, with its ballot; empty if nothing was. */
  private promise({ slot, ballot }: Message): Uint8Array {
    const { disk } = this;
    if (ballot <= disk.promised) throw new Error(`promised ${disk.promised}`);
    disk.promised = ballot;
    const accepted = disk.accepted.get(slot);
    return accepted === undefined
      ? message('propose', slot)
      : message('propose', slot, accepted.ballot, 0, accepted.value);
  }

  private chosen(slot: number): Uint8Array {
    const accepted = this.disk.accepted.get(slot);
    if (accepted === undefined || slot >= this.disk.applied) throw new Error(`slot ${slot} is not chosen`);
    return accepted.value;
  }

  /** Applies what is next in order; what is missing before it is asked of the leader. */
  learn(slot: number, value: Uint8Array): void {
    if (slot < this.disk.applied) return;
    this.learned.set(slot, value);
    this.apply();
    if (this.learned.size > 0) void this.catchUp();
  }

  private apply(): void {
    const { disk, learned } = this;
    for (let value = learned.get(disk.applied); value !== undefined; value = learned.get(disk.applied)) {
      const slot = disk.applied;
      learned.delete(slot);
      this.judge.onApply(this.index, slot, digestOf(value));
      disk.applied += 1;
    }
  }

  private async catchUp(): Promise<void> {
    if (this.isFetching) return;
    this.isFetching = true;
    const { host } = this;
    const { incarnation, pool } = host;
    try {
      while (this.learned.size > 0) {
        const slot = this.disk.applied;
        const peer = this.world.peer(this.index, LEADER);
        const { body } = await pool.unaryRpc(peer, message('fetch', slot), { idempotent: true });
        // The former self asked.
        if (incarnation !== host.incarnation) return;
        if (slot === this.disk.applied) this.learn(slot, body);
      }
    } catch {
      // The next commit asks again.
    }
    if (incarnation === host.incarnation) this.isFetching = false;
  }
}
