import { assert } from '../kernel/assert.ts';
import type { Fabric } from './fabric.ts';
import type { Line } from './line.ts';
import type { Monitor } from './monitor.ts';
import type { Nic } from './nic.ts';
import type { PacketPool } from './packet-pool.ts';
import type { NetworkStatistics } from './statistics.ts';
import { Switch } from './switch.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';

/** Both directions of the link between a NIC and its switch. */
export interface Link {
  readonly up: Line;
  readonly down: Line;
}

export interface NetworkHost {
  readonly index: number;
  readonly nics: readonly Nic[];
  readonly links: readonly Link[];
}

export interface HostTotals {
  readonly sentPackets: number;
  readonly sentBytes: Bytes;
  readonly receivedPackets: number;
  readonly receivedBytes: Bytes;
}

/** Equally wide bins from 0 on. */
export interface NetworkSeries {
  readonly binNs: Nanos;
  /** Wire bytes handed over by hosts in each bin. */
  readonly sentBytes: number[];
  readonly drops: number[];
  /** Deepest queue of any switch port in each bin. */
  readonly queueBytesMax: number[];
}

/** Both directions of a link between two switches. */
export interface Trunk {
  readonly name: string;
  readonly from: Switch;
  readonly to: Switch;
  readonly there: Line;
  readonly back: Line;
}

/** A topology, built: what programs, drivers, faults and reports use of it. */
export class Network {
  readonly hosts: readonly NetworkHost[];
  readonly switches: readonly Switch[];
  readonly trunks: readonly Trunk[];
  /** Every direction of every link: those of hosts first, host by host. */
  readonly lines: readonly Line[];
  readonly fabric: Fabric;

  constructor(
    fabric: Fabric,
    hosts: readonly NetworkHost[],
    switches: readonly Switch[],
    trunks: readonly Trunk[],
  ) {
    this.fabric = fabric;
    this.hosts = hosts;
    this.switches = switches;
    this.trunks = trunks;
    const hostLines = hosts.flatMap((host) => host.links.flatMap((link) => [link.up, link.down]));
    this.lines = [...hostLines, ...trunks.flatMap((trunk) => [trunk.there, trunk.back])];
  }

  get statistics(): NetworkStatistics {
    return this.fabric.statistics;
  }

  get packets(): PacketPool {
    return this.fabric.packets;
  }

  host(index: number): NetworkHost {
    const host = this.hosts[index];
    assert(host !== undefined, 'the network has this host');
    return host;
  }

  nic(host: number, nic = 0): Nic {
    const found = this.host(host).nics[nic];
    assert(found !== undefined, 'the host has this NIC');
    return found;
  }

  link(host: number, nic = 0): Link {
    const found = this.host(host).links[nic];
    assert(found !== undefined, 'the host has this NIC');
    return found;
  }

  switch(name: string): Switch {
    const found = this.switches.find((node) => node.name === name);
    assert(found !== undefined, 'the network has this switch');
    return found;
  }

  /** Every direction of every link of a switch. */
  linesAt(node: Switch): Line[] {
    const out = node.ports.map((port) => port.line);
    return this.lines.filter((line) => line.far === node || out.includes(line));
  }

  /** The lines from one NIC to another: of several shortest paths one, always the same. Undefined: there is none. */
  path(from: Nic, to: Nic): readonly Line[] | undefined {
    const path = [from.uplink];
    for (;;) {
      const { far } = path[path.length - 1] as Line;
      if (far === to) return path;
      const port = far instanceof Switch ? far.portsTo(to)[0] : undefined;
      if (port === undefined) return undefined;
      path.push(port.line);
    }
  }

  addMonitor(monitor: Monitor): void {
    this.fabric.addMonitor(monitor);
  }

  removeMonitor(monitor: Monitor): void {
    this.fabric.removeMonitor(monitor);
  }

  hostTotals(index: number): HostTotals {
    const total = { sentPackets: 0, sentBytes: 0, receivedPackets: 0, receivedBytes: 0 };
    for (const nic of this.host(index).nics) {
      total.sentPackets += nic.sentPackets;
      total.sentBytes += nic.sentBytes;
      total.receivedPackets += nic.receivedPackets;
      total.receivedBytes += nic.receivedBytes;
    }
    return total;
  }

  /** Sum of the rates of the links into hosts. */
  get capacityBps(): BitsPerSecond {
    return this.hosts.reduce((sum, host) => host.links.reduce((s, { down }) => s + down.rate.bps, sum), 0);
  }

  /** Time series up to now, all with bins of one width. */
  series(): NetworkSeries {
    const endNs = this.fabric.kernel.now;
    const { sentSeries, dropSeries } = this.statistics;
    const { queueDepths } = this.fabric;
    for (const series of [sentSeries, dropSeries, queueDepths]) series.advanceTo(endNs);
    const binNs = sentSeries.binNs;
    return {
      binNs,
      sentBytes: sentSeries.values(binNs),
      drops: dropSeries.values(binNs),
      queueBytesMax: queueDepths.values(binNs),
    };
  }
}
