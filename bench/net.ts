import { pathToFileURL } from 'node:url';
import { Kernel } from '../sim/kernel/kernel.ts';
import { FaultTimeline, fatTreeNetwork, starNetwork } from '../sim/net/index.ts';
import { Rng } from '../sim/random/rng.ts';
import { Trace } from '../sim/trace/trace.ts';
import { Blaster, Steady, addressesOf, others } from './net-traffic.ts';
import type { Network, NetworkConfig, NetworkEnvironment } from '../sim/net/index.ts';

/** Hosts that host `index` of `hosts` sends to. */
type Destinations = (index: number, hosts: number) => readonly number[];
type Build = (environment: NetworkEnvironment) => Network;

const CONFIG: NetworkConfig = {
  link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
  switch: { bufferBytes: 1_000_000, ecnBytes: 75_000 },
  host: { nicQueueBytesMax: 16_384 },
};
/** A full packet every 200 ns, of which it takes 120: load 0.6. */
const GAP_NS = 200;
const SLICE_PACKETS = 40_000;
const SLICES = 12;

const star =
  (hosts: number): Build =>
  (environment) =>
    starNetwork(environment, { ...CONFIG, hosts });
const fatTree =
  (k: number): Build =>
  (environment) =>
    fatTreeNetwork(environment, { ...CONFIG, k });

function environment(): NetworkEnvironment {
  return { kernel: new Kernel(), trace: new Trace(), rng: new Rng(1) };
}

/** Processor time since `start`, in ns: a busy machine distorts it less than wall time. */
function cpuNs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

/** Of a fat tree, so that the load of all links is the same whatever its size. */
function otherPods(index: number, hosts: number): number[] {
  const k = Math.round(Math.cbrt(4 * hosts));
  const podOf = (host: number): number => Math.floor(host / (hosts / k));
  return others(index, hosts).filter((host) => podOf(host) !== podOf(index));
}

/** A network at load 0.6, run slice by slice. */
class Loaded {
  readonly name: string;
  readonly network: Network;
  readonly #kernel: Kernel;
  readonly #costs: number[] = [];

  constructor(name: string, build: Build, to: Destinations) {
    this.name = name;
    const around = environment();
    this.#kernel = around.kernel;
    this.network = build(around);
    const { hosts } = this.network;
    for (const { index } of hosts) {
      const addresses = addressesOf(this.network, to(index, hosts.length));
      new Steady(around.kernel, this.network.nic(index), addresses, GAP_NS);
    }
  }

  async slice(): Promise<void> {
    const { statistics, hosts } = this.network;
    const before = statistics.deliveredPackets;
    const start = process.cpuUsage();
    await this.#kernel.run(this.#kernel.now + Math.ceil((SLICE_PACKETS * GAP_NS) / hosts.length));
    this.#costs.push(cpuNs(start) / (statistics.deliveredPackets - before));
  }

  /** The slices after warm-up, cheapest first: ns per packet. */
  get costs(): number[] {
    return this.#costs.slice(2).sort((a, b) => a - b);
  }
}

/** Lines that a packet passes on average, counted in a short run. */
async function hopsPerPacket(build: Build, to: Destinations): Promise<number> {
  const loaded = new Loaded('', build, to);
  let hops = 0;
  loaded.network.addMonitor({
    onPacket: (point) => {
      if (point !== 'delivery') hops++;
      return 'pass';
    },
  });
  // In the first slice more is sent than arrives.
  await loaded.slice();
  hops = 0;
  const before = loaded.network.statistics.sentPackets;
  await loaded.slice();
  return hops / (loaded.network.statistics.sentPackets - before);
}

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] as number;

/** What a hop costs in a small and in a large network of one kind, in turn so that both meet the same disturbances. */
async function growth(name: string, small: Build, large: Build, to: Destinations): Promise<string[]> {
  const pair = [new Loaded(`${name}, 16 hosts`, small, to), new Loaded(`${name}, 432 hosts`, large, to)];
  for (let i = 0; i < SLICES; i++) for (const one of pair) await one.slice();
  const hops = [await hopsPerPacket(small, to), await hopsPerPacket(large, to)];
  const best = pair.map(({ costs }, i) => (costs[0] as number) / (hops[i] as number));
  const usual = pair.map(({ costs }, i) => median(costs) / (hops[i] as number));
  const ratio = ([a, b]: number[]): string => ((b as number) / (a as number)).toFixed(2);
  return [
    ...pair.map((one, i) => {
      const figures = `${best[i]?.toFixed(0).padStart(5)} ${usual[i]?.toFixed(0).padStart(7)}`;
      return `${one.name.padEnd(22)} ${figures}   ${hops[i]?.toFixed(2)} hops per packet`;
    }),
    `${`${name}, growth`.padEnd(22)} ${ratio(best).padStart(5)} ${ratio(usual).padStart(7)}`,
  ];
}

interface Case {
  readonly name: string;
  readonly build: Build;
  readonly to: Destinations;
  readonly faults?: (network: Network) => void;
}

const SATURATED_NS = 5_000_000;
const CASES: readonly Case[] = [
  { name: '16 hosts, random', build: star(16), to: others },
  { name: '16 hosts, permutation', build: star(16), to: (index, hosts) => [(index + 1) % hosts] },
  { name: '15 to 1, drops', build: star(16), to: (index) => (index === 0 ? [] : [0]) },
  { name: '16 hosts, four faults', build: star(16), to: others, faults: fourFaults },
];

function fourFaults(network: Network): void {
  const rate = { numerator: 1, denominator: 100 };
  const timeline = new FaultTimeline(network.fabric);
  const on = network.lines;
  for (const kind of ['loss', 'duplicate', 'corrupt'] as const) timeline.add({ kind, rate, atNs: 0, on });
  timeline.add({ kind: 'reorder', rate, delayNs: 20_000, atNs: 0, on });
}

/** Every host sends as fast as it can. */
async function saturated(one: Case): Promise<string> {
  const around = environment();
  const network = one.build(around);
  one.faults?.(network);
  const { hosts } = network;
  for (const { index } of hosts) {
    const to = addressesOf(network, one.to(index, hosts.length));
    const blaster = new Blaster(network.nic(index), to);
    if (to.length > 0) blaster.onTransmitRoom();
  }
  const start = process.cpuUsage();
  await around.kernel.run(SATURATED_NS);
  const seconds = cpuNs(start) / 1e9;
  const { deliveredPackets, sentPackets } = network.statistics;
  const [delivered, sent] = [deliveredPackets, sentPackets].map((n) =>
    (n / seconds / 1e6).toFixed(2).padStart(6),
  );
  const perPacket = (around.kernel.events / sentPackets).toFixed(2);
  return `${one.name.padEnd(22)} ${delivered} ${sent}   ${perPacket} events per packet sent`;
}

/** The network alone, per processor time: no protocol, and nobody writes the datagrams. A table. */
export async function benchNetwork(): Promise<string[]> {
  const lines = ['load 0.6: ns of CPU per hop   best  median'];
  lines.push(...(await growth('star', star(16), star(432), others)));
  lines.push(...(await growth('fat tree', fatTree(4), fatTree(12), otherPods)));
  await saturated(CASES[0] as Case); // warm-up
  lines.push('saturated star: million packets per second, delivered and sent');
  for (const one of CASES) lines.push(await saturated(one));
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of await benchNetwork()) console.log(line);
}
