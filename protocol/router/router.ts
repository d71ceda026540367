import { assert } from '../core/assert.ts';
import type { RandomSource } from '../core/random.ts';
import type { Bytes } from '../core/units.ts';
import { choosesFirst } from './logistic.ts';

/** A peer of a router; not reused. */
export type RoutedPeer = number;

/** A call counts as so many bytes at least: what it costs besides them. */
const CALL_BYTES_MIN = 4096;

/** What the router did, in all. REQ ROUTE-7 */
export interface RouterCounters {
  routed: number;
  /** Of them, over a lane that the peer had not used before. */
  lanesOpened: number;
  /** Choices between two candidates, and those in which the more loaded one was chosen. */
  choices: number;
  worseChosen: number;
}

/** One of a router's workers. REQ ROUTE-7, MNIC-4 */
export interface WorkerLoad {
  /** Calls that have not ended, and their bytes. */
  calls: number;
  bytes: Bytes;
  /** Calls so far. */
  routed: number;
}

interface Routes {
  /** Worker of each lane; the first `open` are in use. */
  readonly lanes: number[];
  open: number;
  /** By worker: calls of this peer that have not ended. */
  readonly calls: Map<number, number>;
}

/**
 * Which worker takes a call. A peer keeps to the lanes it uses, and gets another one only when there is a call already in the one that
 * was chosen: one that calls now and then stays with one worker, one that calls much comes to use all lanes, and so all NICs. Between two
 * candidates, drawn by lot, the less loaded wins by a logistic choice. There is no lock, as the loads are those of this thread's own
 * calls. REQ ROUTE-1, ROUTE-2, ROUTE-4, ROUTE-5, MNIC-3, MNIC-4
 */
export class Router {
  readonly counters: RouterCounters = { routed: 0, lanesOpened: 0, choices: 0, worseChosen: 0 };
  readonly workers: readonly WorkerLoad[];
  private readonly random: RandomSource;
  private readonly peers: Routes[] = [];

  constructor(workers: number, random: RandomSource) {
    assert(workers >= 1, 'a router has workers');
    this.workers = Array.from({ length: workers }, () => ({ calls: 0, bytes: 0, routed: 0 }));
    this.random = random;
  }

  /** `lanes`: the worker of each, no worker twice. */
  addPeer(lanes: readonly number[]): RoutedPeer {
    assert(lanes.length > 0, 'a peer has a lane');
    this.peers.push({ lanes: [...lanes], open: 0, calls: new Map<number, number>() });
    return this.peers.length - 1;
  }

  /** The worker for a call of so many bytes, which counts there until `end`. */
  begin(peer: RoutedPeer, bytes: Bytes): number {
    const routes = this.peers[peer];
    assert(routes !== undefined, 'the router knows the peer');
    const worker = this.choose(routes);
    const load = this.workers[worker] as WorkerLoad;
    load.calls += 1;
    load.bytes += Math.max(bytes, CALL_BYTES_MIN);
    load.routed += 1;
    routes.calls.set(worker, (routes.calls.get(worker) ?? 0) + 1);
    this.counters.routed += 1;
    return worker;
  }

  end(peer: RoutedPeer, worker: number, bytes: Bytes): void {
    const load = this.workers[worker] as WorkerLoad;
    const { calls } = this.peers[peer] as Routes;
    load.calls -= 1;
    load.bytes -= Math.max(bytes, CALL_BYTES_MIN);
    const left = (calls.get(worker) as number) - 1;
    if (left === 0) calls.delete(worker);
    else calls.set(worker, left);
  }

  private choose(routes: Routes): number {
    const { lanes } = routes;
    if (routes.open > 0) {
      const at = this.between(lanes, 0, routes.open);
      const worker = lanes[at] as number;
      if (routes.open === lanes.length || !routes.calls.has(worker)) return worker;
    }
    const at = this.between(lanes, routes.open, lanes.length);
    const worker = lanes[at] as number;
    lanes[at] = lanes[routes.open] as number;
    lanes[routes.open] = worker;
    routes.open += 1;
    this.counters.lanesOpened += 1;
    return worker;
  }

  /** One of the lanes [from, to). */
  private between(lanes: readonly number[], from: number, to: number): number {
    const count = to - from;
    if (count === 1) return from;
    const first = this.random.nextU32() % count;
    const second = (first + 1 + (this.random.nextU32() % (count - 1))) % count;
    const load = this.loadOf(lanes[from + first]);
    const otherLoad = this.loadOf(lanes[from + second]);
    const takesFirst = choosesFirst(this.random, load, otherLoad);
    this.counters.choices += 1;
    if (takesFirst ? load > otherLoad : otherLoad > load) this.counters.worseChosen += 1;
    return from + (takesFirst ? first : second);
  }

  private loadOf(worker: number | undefined): Bytes {
    return (this.workers[worker as number] as WorkerLoad).bytes;
  }
}
