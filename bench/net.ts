import { pathToFileURL } from 'node:url';
import { Kernel } from '../sim/kernel/kernel.ts';
import { FaultTimeline } from '../sim/net/faults/timeline.ts';
import { starNetwork } from '../sim/net/star.ts';
import { Rng } from '../sim/random/rng.ts';
import { Trace } from '../sim/trace/trace.ts';
import type { Network } from '../sim/net/network.ts';
import type { Nic, HostPort } from '../sim/net/nic.ts';
import type { Packet } from '../sim/net/packet.ts';

const HOSTS = 16;
const DATAGRAM_BYTES = 1472;
const RUN_NS = 10_000_000;
const RATE_BPS = 100_000_000_000;

/** Sends full-size packets as fast as the NIC takes them, without touching the bytes of any. */
class Blaster implements HostPort {
  readonly #nic: Nic;
  readonly #destinations: readonly number[];
  #next = 0;

  constructor(nic: Nic, destinations: readonly number[]) {
    this.#nic = nic;
    this.#destinations = destinations;
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
      packet.destination = this.#destinations[this.#next] as number;
      packet.priority = this.#next & 7;
      this.#next = (this.#next + 1) % this.#destinations.length;
      nic.send(packet);
    }
    nic.requestRoom();
  }
}

interface Case {
  readonly name: string;
  /** Hosts that host `index` sends to, in turn. */
  readonly destinations: (index: number) => readonly number[];
  readonly faults?: (network: Network) => void;
}

const others = (index: number): number[] =>
  Array.from({ length: HOSTS }, (_, i) => i).filter((i) => i !== index);

const CASES: readonly Case[] = [
  { name: 'permutation (queues empty)', destinations: (index) => [(index + 1) % HOSTS] },
  { name: 'all to all (short queues)', destinations: others },
  { name: 'incast 15 to 1 (drops)', destinations: (index) => (index === 0 ? [] : [0]) },
  { name: 'all to all, four faults', destinations: others, faults: allFaults },
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
      hosts: HOSTS,
      link: { rateBps: RATE_BPS, delayNs: 650, mtuBytes: 1500 },
      switch: { bufferBytes: 500_000, ecnBytes: 75_000 },
    },
  );
  one.faults?.(network);
  for (const host of network.hosts) {
    const nic = network.nic(host.index);
    const destinations = one.destinations(host.index).map((to) => network.nic(to).address);
    new Blaster(nic, destinations).onTransmitRoom();
  }
  const start = process.hrtime.bigint();
  await kernel.run(RUN_NS);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { deliveredPackets, sentPackets } = network.statistics;
  const rate = (deliveredPackets / seconds / 1e6).toFixed(2);
  const sentRate = (sentPackets / seconds / 1e6).toFixed(2);
  const perPacket = (kernel.events / sentPackets).toFixed(2);
  return `${one.name.padEnd(28)} ${rate.padStart(6)} M deliveries/s  ${sentRate.padStart(6)} M sent/s  ${perPacket} events/packet sent`;
}

/** Packet deliveries per second of wall time through a star of 16 hosts, network alone; one line per case. */
export async function benchNetwork(): Promise<string[]> {
  const lines: string[] = [];
  await measure(CASES[1] as Case); // warm-up
  for (const one of CASES) lines.push(await measure(one));
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of await benchNetwork()) console.log(line);
}
