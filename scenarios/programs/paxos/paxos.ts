import { NEVER } from '../../../protocol/index.ts';
import { Violations, isQuiet, reportLeaks } from '../../../sim/check/index.ts';
import type { Violation } from '../../../sim/check/index.ts';
import { NonceAudit } from '../../../sim/crypto/nonce-audit.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { World } from '../../../sim/host/index.ts';
import { Kernel } from '../../../sim/kernel/kernel.ts';
import { FaultTimeline, starNetwork } from '../../../sim/net/index.ts';
import { Rng } from '../../../sim/random/rng.ts';
import { Trace } from '../../../sim/trace/trace.ts';
import { FaultPlan } from './faults.ts';
import { Judge } from './judge.ts';
import { Leader, MODES } from './leader.ts';
import type { Mode, Transaction } from './leader.ts';
import { message } from './message.ts';
import { LEADER, Replica } from './replica.ts';

const REPLICAS = 5;
const LINK = { rateBps: 100_000_000_000, delayNs: 2000, mtuBytes: 1500 };
/** More than a packet holds, so that values are pulled. */
const VALUE_BYTES = 6000;
/** Many round trips: what has not come then is lost. */
const DEADLINE_NS = 1_000_000;
/** Many times what a run has. */
const EVENTS_MAX = 2_000_000;
const EVENTS_MAX_EACH = 20_000;
/** What is left may take so long to settle. */
const SETTLE_NS = 100_000_000;

export interface PaxosConfig {
  transactions: number;
  seed: number;
}

/** Of one way to wait. */
export interface Latency {
  /** Transactions that were committed at the first try, and what they took from proposal to quorum. */
  count: number;
  medianNs: number;
  meanNs: number;
}

export interface PaxosResult {
  /** An exchange of nothing on the idle network. */
  rttNs: number;
  /** With no fault around, and of all. */
  quiet: Record<Mode, Latency>;
  all: Record<Mode, Latency>;
  /** Attempts beyond the first, and commits that failed with their proposals. */
  retries: number;
  cascades: number;
  faults: number;
  violations: readonly Violation[];
  simTimeNs: number;
  traceHash: string;
}

/**
 * Multi-Paxos on the pool API over the simulator: one leader and four followers, a transaction at a time, each a broadcast proposal and commits that depend on it; hosts crash,
 * the network parts, loses and reorders, and another proposer interferes. Every other transaction the application waits for the votes itself. REQ PAT-8, PAT-9, PAT-10, CAUSE-9, CAUSE-10
 */
export async function paxos(config: PaxosConfig): Promise<PaxosResult> {
  const cluster = new Cluster(config);
  return cluster.run();
}

class Cluster {
  private readonly config: PaxosConfig;
  private readonly kernel: Kernel;
  private readonly trace: Trace = new Trace();
  private readonly violations: Violations;
  private readonly network: ReturnType<typeof starNetwork>;
  private readonly world: World;
  private readonly judge: Judge;
  private readonly replicas: Replica[] = [];
  private readonly leader: Leader;
  private readonly plan: FaultPlan;
  private readonly done: { transaction: Transaction; isQuiet: boolean }[] = [];
  private rttNs = 0;
  private isOver = false;

  constructor(config: PaxosConfig) {
    this.config = config;
    this.kernel = new Kernel({ eventsMax: EVENTS_MAX + EVENTS_MAX_EACH * config.transactions });
    const { kernel, trace } = this;
    const rng = new Rng(config.seed);
    this.violations = new Violations(kernel);
    this.network = starNetwork(
      { kernel, rng, trace },
      { hosts: REPLICAS, link: LINK, switch: { bufferBytes: 1_000_000 } },
    );
    const audit = new NonceAudit(({ key, nonce }) =>
      this.violations.report('nonce', 'invariant', `nonce ${nonce} sealed twice under the key ${key}`),
    );
    this.world = new World({
      kernel,
      network: this.network,
      rng: rng.fork('world'),
      crypto: new SimCrypto(audit),
      options: {
        rateBps: LINK.rateBps,
        initialRttNs: 10_000,
        ackDelayNs: 10_000,
        lossDelayMinNs: 0,
        peerTimeoutNs: 5_000_000,
      },
      byReference: true,
    });
    this.judge = new Judge(this.violations);
    for (let i = 0; i < REPLICAS; i += 1) this.replicas.push(new Replica(i, this.world, this.judge));
    this.leader = new Leader({
      world: this.world,
      replica: this.replicas[LEADER] as Replica,
      judge: this.judge,
      followers: [1, 2, 3, 4],
      valueBytes: VALUE_BYTES,
      deadlineNs: DEADLINE_NS,
      sleep: (ns) => this.sleep(ns),
    });
    const faults = new FaultTimeline(this.network.fabric);
    this.plan = new FaultPlan(
      { kernel, network: this.network, world: this.world, faults },
      config.transactions,
    );
  }

  private sleep(ns: number): Promise<void> {
    const { kernel } = this;
    return new Promise((resolve) => {
      const onEvent = (): void => {
        kernel.touchPromise();
        resolve();
      };
      kernel.post(kernel.now + ns, { onEvent });
    });
  }

  async run(): Promise<PaxosResult> {
    const { kernel, judge, violations } = this;
    let program: Promise<void> | undefined;
    const onEvent = (): void => {
      program = this.transactions();
      kernel.watch(program);
    };
    kernel.post(0, { onEvent });
    const end = await kernel.run(NEVER);
    if (end === 'busy') violations.report('storm', 'liveness', `no end after ${kernel.events} events`);
    else if (!this.isOver)
      violations.report('stall', 'liveness', 'nothing is left to happen, and the leader waits');
    else await program;
    judge.end(REPLICAS, this.config.transactions);
    if (!isQuiet(this.world, this.network)) reportLeaks(this.world, this.network, violations);
    const { pending, waits } = this.world.host(LEADER).pool.causality;
    if (pending + waits > 0)
      violations.report('causality', 'invariant', `${pending} calls and ${waits} waits are left at the end`);
    return this.result();
  }

  private async transactions(): Promise<void> {
    const { leader, plan } = this;
    this.rttNs = await this.ping();
    for (let slot = 0; slot < this.config.transactions; slot += 1) {
      await plan.before(slot, leader.currentBallot);
      const transaction = await leader.transact(slot, MODES[slot % MODES.length] as Mode);
      this.done.push({ transaction, isQuiet: plan.isQuiet(slot) });
    }
    await this.settle();
    this.isOver = true;
  }

  /** The shortest of some. */
  private async ping(): Promise<number> {
    const { pool } = this.world.host(LEADER);
    let best = NEVER;
    for (let i = 0; i < 5; i += 1) {
      const { metrics } = await pool.unaryRpc(this.world.peer(LEADER, 1), message('ping', 0));
      best = Math.min(best, metrics.latencyNs);
    }
    return best;
  }

  /** Replicas that were away learn what they missed. */
  private async settle(): Promise<void> {
    const until = this.kernel.now + SETTLE_NS;
    const text = this.leader.lastCommit();
    for (
      let lagging = this.lagging();
      lagging.length > 0 && this.kernel.now < until;
      lagging = this.lagging()
    ) {
      const { pool } = this.world.host(LEADER);
      await Promise.allSettled(
        lagging.map((replica) =>
          pool.unaryRpc(this.world.peer(LEADER, replica), text, {
            deadlineNs: this.kernel.now + DEADLINE_NS,
          }),
        ),
      );
      await this.sleep(DEADLINE_NS);
    }
  }

  private lagging(): number[] {
    const behind = this.replicas.filter(({ disk }) => disk.applied < this.config.transactions);
    return behind.map(({ index }) => index);
  }

  private result(): PaxosResult {
    const { done, leader, plan, violations, kernel, trace } = this;
    const of = (isQuiet: boolean | undefined): Record<Mode, Latency> => {
      const chosen = done.filter((one) => isQuiet === undefined || one.isQuiet === isQuiet);
      const latency = (mode: Mode): Latency =>
        latencyOf(
          chosen
            .map(({ transaction }) => transaction)
            .filter((one) => one.mode === mode && one.attempts === 1),
        );
      return { application: latency('application'), after: latency('after') };
    };
    return {
      rttNs: this.rttNs,
      quiet: of(true),
      all: of(undefined),
      retries: done.reduce((sum, { transaction }) => sum + transaction.attempts - 1, 0),
      cascades: leader.cascades,
      faults: plan.count,
      violations: violations.list,
      simTimeNs: kernel.now,
      traceHash: trace.digest(),
    };
  }
}

function latencyOf(transactions: readonly Transaction[]): Latency {
  const times = transactions.map(({ tookNs }) => tookNs).toSorted((a, b) => a - b);
  const sum = times.reduce((total, time) => total + time, 0);
  const count = times.length;
  return { count, medianNs: times[count >> 1] ?? 0, meanNs: count === 0 ? 0 : Math.round(sum / count) };
}
