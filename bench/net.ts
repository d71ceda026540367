import { pathToFileURL } from 'node:url';
import { Kernel } from '../sim/kernel/kernel.ts';
import { FaultTimeline } from '../sim/net/faults/timeline.ts';
import { starNetwork } from '../sim/net/star.ts';
import { Rng } from '../sim/random/rng.ts';
import { Trace } from '../sim/trace/trace.ts';
import type { Network } from '../sim/net/network.ts';
import type { Nic, HostPort } from '../sim/net/nic.ts';
import type { Packet } from '../sim/net/packet.ts';

const DATAGRAM_BYTES = 1472;
const RATE_BPS = 100_000_000_000;

/** Sends full-size packets as fast as the NIC takes them, to one of its destinations at random, bytes untouched. */
class Blaster implements HostPort {
  readonly #nic: Nic;
  readonly #destinations: readonly number[];
  #state: number;

  constructor(nic: Nic, destinations: readonly number[]) {
    this.#nic = nic;
    this.#destinations = destinations;
    this.#state = nic.host;
    nic.bind(this);
  }

  onPacket(packet: Packet): void {
    packet.release();
  }

  onTransmitRoom(): void {
    const nic = this.#nic;
    if (this.#destinations.length === 0) return;
    while (nic.hasRoom(DATAGRAM_BYTES)) {
      const packet = nic.take();
      packet.lengthBytes = DATAGRAM_BYTES;
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      packet.destination = this.#destinations[(this.#state >>> 8) % this.#destinations.length] as number;
      packet.priority = this.#state >>> 29;
      nic.send(packet);
    }
    nic.requestRoom();
  }
}

interface Case {
  readonly name: string;
  readonly hosts: number;
  readonly runNs: number;
  /** Hosts that host `index` of `hosts` sends to. */
  readonly destinations: (index: number, hosts: number) => readonly number[];
  readonly faults?: (network: Network) => void;
}

function others(index: number, hosts: number): number[] {
  return Array.from({ length: hosts }, (_, i) => i).filter((i) => i !== index);
}

const incast = (index: number): number[] => (index === 0 ? [] : [0]);
const neighbour = (index: number, hosts: number): number[] => [(index + 1) % hosts];

const CASES: readonly Case[] = [
  { name: '16 hosts, permutation', hosts: 16, runNs: 10_000_000, destinations: neighbour },
  { name: '16 hosts, random', hosts: 16, runNs: 10_000_000, destinations: others },
  { name: '432 hosts, random', hosts: 432, runNs: 600_000, destinations: others },
  { name: '15 to 1, drops', hosts: 16, runNs: 10_000_000, destinations: incast },
  { name: '16 hosts, four faults', hosts: 16, runNs: 10_000_000, destinations: others, faults: allFaults },
];

function allFaults(network: Network): void {
  const rate = { numerator: 1, denominator: 100 };
  const timeline = new FaultTimeline(network.fabric);
  const on = network.lines;
  for (const kind of ['loss', 'duplicate', 'corrupt'] as const) timeline.add({ kind, rate, atNs: 0, on });
  timeline.add({ kind: 'reorder', rate, delayNs: 20_000, atNs: 0, on });
}

async function measure(one: Case): Promise<string> {
  const kernel = new Kernel();
  const network = starNetwork(
    { kernel, trace: new Trace(), rng: new Rng(1) },
    {
      hosts: one.hosts,
      link: { rateBps: RATE_BPS, delayNs: 650, mtuBytes: 1500 },
      switch: { bufferBytes: 1_000_000, ecnBytes: 75_000 },
      host: { nicQueueBytesMax: 16_384 },
    },
  );
  one.faults?.(network);
  for (const host of network.hosts) {
    const nic = network.nic(host.index);
    const destinations = one.destinations(host.index, one.hosts).map((to) => network.nic(to).address);
    new Blaster(nic, destinations).onTransmitRoom();
  }
  const start = process.cpuUsage();
  await kernel.run(one.runNs);
  const used = process.cpuUsage(start);
  const seconds = (used.user + used.system) / 1e6;
  const { deliveredPackets, sentPackets } = network.statistics;
  const rate = (deliveredPackets / seconds / 1e6).toFixed(2);
  const sentRate = (sentPackets / seconds / 1e6).toFixed(2);
  const perPacket = (kernel.events / sentPackets).toFixed(2);
  // Processor time: a busy machine then distorts the figures less.
  return `${one.name.padEnd(28)} ${rate.padStart(6)} M deliveries/CPU-s  ${sentRate.padStart(6)} M sent/CPU-s  ${perPacket} events/packet sent`;
}

/** Packet deliveries per second of processor time through a star, the network alone; one line per case. */
export async function benchNetwork(): Promise<string[]> {
  const lines: string[] = [];
  await measure(CASES[1] as Case); // warm-up
  for (const one of CASES) lines.push(await measure(one));
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of await benchNetwork()) console.log(line);
}
