import type { World } from '../../../sim/host/index.ts';
import type { Kernel } from '../../../sim/kernel/kernel.ts';
import type { FaultTimeline, Network } from '../../../sim/net/index.ts';
import { message } from './message.ts';
import { LEADER } from './replica.ts';

export interface Surroundings {
  kernel: Kernel;
  network: Network;
  world: World;
  faults: FaultTimeline;
}

/** Share of the run, in hundredths: when a fault begins, and when it is over. */
const LOSS = [10, 25] as const;
const CRASHES = [25, 40] as const;
const PARTITIONS = [40, 55] as const;
const RIVALS = [55, 70] as const;
const NOISE = [70, 90] as const;

/** A crash, a partition or a rival comes with each so-manieth transaction of its phase. */
const EVERY = 5;
/** The crash of one transaction comes so much later in it than that of the one before, so that each step of one is hit. */
const STEP_NS = 1300;

/** What goes wrong, by the number of the transaction. The leader and two others are always there in the end. REQ DST-5 */
export class FaultPlan {
  private readonly around: Surroundings;
  private readonly transactions: number;
  private lasting: number[] = [];
  /** Faults so far. */
  count = 0;

  constructor(around: Surroundings, transactions: number) {
    this.around = around;
    this.transactions = transactions;
  }

  /** Before transaction `slot`. */
  async before(slot: number, ballot: number): Promise<void> {
    if (this.begins(slot, LOSS)) this.lose(2);
    if (this.ends(slot, LOSS) || this.ends(slot, NOISE)) this.heal();
    if (this.begins(slot, NOISE)) this.noise();
    if (slot % EVERY !== 0) return;
    const round = Math.floor(slot / EVERY);
    if (this.isIn(slot, CRASHES)) this.crash(round);
    if (this.isIn(slot, PARTITIONS)) this.part(round);
    if (this.isIn(slot, RIVALS)) await this.rival(slot, ballot);
  }

  /** Whether anything may be wrong during transaction `slot`. */
  isQuiet(slot: number): boolean {
    return slot < this.at(LOSS[0]) || slot >= this.at(NOISE[1]);
  }

  private at(hundredths: number): number {
    return Math.floor((this.transactions * hundredths) / 100);
  }

  private begins(slot: number, [from]: readonly [number, number]): boolean {
    return slot === this.at(from);
  }

  private ends(slot: number, [, to]: readonly [number, number]): boolean {
    return slot === this.at(to);
  }

  private isIn(slot: number, [from, to]: readonly [number, number]): boolean {
    return slot >= this.at(from) && slot < this.at(to);
  }

  private lose(hundredths: number): void {
    const { faults, kernel, network } = this.around;
    const rate = { numerator: hundredths, denominator: 100 };
    this.lasting.push(faults.add({ kind: 'loss', rate, on: network.lines, atNs: kernel.now }));
    this.count += 1;
  }

  private noise(): void {
    const { faults, kernel, network } = this.around;
    const [atNs, on] = [kernel.now, network.lines];
    this.lose(1);
    const rate = { numerator: 1, denominator: 50 };
    this.lasting.push(
      faults.add({ kind: 'reorder', rate, delayNs: 30_000, on, atNs }),
      faults.add({ kind: 'duplicate', rate, on, atNs }),
      faults.add({ kind: 'corrupt', rate: { numerator: 1, denominator: 200 }, on, atNs }),
    );
    this.count += 3;
  }

  private heal(): void {
    for (const fault of this.lasting) this.around.faults.end(fault);
    this.lasting = [];
  }

  /** One follower, every third time three of them, at some step of the transaction; they come back soon, or after a while. */
  private crash(round: number): void {
    const { kernel, world } = this.around;
    const many = round % 3 === 2 ? 3 : 1;
    const longNs = round % 2 === 0 ? 200_000 : 5_000_000;
    for (let i = 0; i < many; i += 1) {
      const host = world.host(1 + ((round + i) % 4));
      kernel.post(kernel.now + 1 + (round % 30) * STEP_NS, { onEvent: () => host.crash(true) });
      kernel.post(kernel.now + 1 + (round % 30) * STEP_NS + longNs, { onEvent: () => host.restart() });
      this.count += 1;
    }
  }

  /** The leader keeps a quorum, or does not; both directions are cut off, or one. */
  private part(round: number): void {
    const { faults, kernel, network } = this.around;
    const minority = round % 2 === 0 ? [LEADER, 1] : [LEADER, 1, 2];
    const others = [0, 1, 2, 3, 4].filter((host) => !minority.includes(host));
    const hosts = (list: readonly number[]): ReturnType<Network['host']>[] =>
      list.map((i) => network.host(i));
    const direction = (['both', 'to', 'from'] as const)[round % 3] ?? 'both';
    const atNs = kernel.now + 1 + (round % 30) * STEP_NS;
    faults.add({
      kind: 'partition',
      between: [hosts(minority), hosts(others)],
      direction,
      atNs,
      forNs: 4_000_000,
    });
    this.count += 1;
  }

  /** Another replica takes most promises for a later ballot: the leader's next proposal will be rejected. */
  private async rival(slot: number, ballot: number): Promise<void> {
    const { world, kernel } = this.around;
    const { pool } = world.host(4);
    const peers = [1, 2, 3].map((other) => world.peer(4, other));
    this.count += 1;
    await pool.broadcast(peers, message('prepare', slot, ballot + 1), { deadlineNs: kernel.now + 2_000_000 });
  }
}
