import { checkKind, checkNames } from '../task/check.ts';
import { SimError } from '../task/errors.ts';
import { formatAddress, hostOf, portOf } from '../net/address.ts';
import { starNetwork, type StarConfig } from '../net/topology/star.ts';
import { FaultTimeline } from '../net/faults/timeline.ts';
import { faultSpec, type NetworkFault } from './network-fault.ts';
import { HostStack } from './host-stack.ts';
import { Wires, WIRES_OPTIONS, type WiresOptions } from './wires.ts';
import { MonitorFunction, type PacketMonitor } from './packet-monitor.ts';
import { UdpSocket, type BindOptions } from './udp-socket.ts';
import type { NetworkEnvironment } from '../net/fabric.ts';
import type { MonitorPoint } from '../net/monitor.ts';
import type { Network, NetworkHost } from '../net/network.ts';
import type { Hosts } from './host-interface.ts';
import type { RunObserver } from './run-observer.ts';
import type { Group } from '../task/group.ts';
import type { Scheduler } from '../task/scheduler.ts';

/** Hosts around one switch, with links of a rate: packets wait for each other, and for room in the switch. */
export interface StarOptions extends Partial<StarConfig> {
  readonly kind: 'star';
}

/** A model of a network; or a function that builds one. */
export type NetworkOptions = WiresOptions | StarOptions | ((environment: NetworkEnvironment) => Network);

/** What a star has unless told otherwise. */
export const STAR_DEFAULT: StarConfig = {
  hosts: 16,
  link: { rateBps: 10_000_000_000, delayNs: 25_000, mtuBytes: 1500 },
  switch: { bufferBytes: 1_000_000 },
};

const STAR_OPTIONS = {
  kind: true,
  hosts: true,
  nics: true,
  planes: true,
  link: true,
  switch: true,
  host: true,
  headerBytes: true,
  datagramBytesMax: true,
  seriesBinNs: true,
} as const satisfies Record<keyof StarOptions, true>;

const KINDS = { wires: true, star: true } as const;

/** The hosts of the groups: names, addresses, sockets. The network is built when it is first needed. */
export class Internet {
  readonly #scheduler: Scheduler;
  readonly #options: NetworkOptions;
  readonly #groups: ReadonlyMap<string, Group>;
  /** By index of the group, and by index of the host. */
  readonly #stackOfGroup: (HostStack | undefined)[] = [];
  readonly #stackOfHost: HostStack[] = [];
  readonly #resolved = new Map<string, number>();
  readonly #resolve = (name: string): number => this.#resolved.get(name) ?? this.#lookUpOrRefuse(name);
  #hosts: Hosts | undefined;
  #faults: FaultTimeline | undefined;
  /** By number of the timeline. */
  readonly #added: NetworkFault[] = [];
  readonly #observer: RunObserver | undefined;

  constructor(
    scheduler: Scheduler,
    options: NetworkOptions,
    groups: ReadonlyMap<string, Group>,
    observer: RunObserver | undefined,
  ) {
    this.#observer = observer;
    if (typeof options !== 'function') {
      checkKind('kind of network', options.kind, KINDS);
      checkNames(
        `network '${options.kind}'`,
        options,
        options.kind === 'wires' ? WIRES_OPTIONS : STAR_OPTIONS,
      );
    }
    this.#scheduler = scheduler;
    this.#options = options;
    this.#groups = groups;
  }

  get network(): Network {
    return this.#built().network;
  }

  /** The network, if anything has used it. */
  get networkIfBuilt(): Network | undefined {
    return this.#hosts?.network;
  }

  bind(group: Group, port: number, options: BindOptions): UdpSocket {
    return new UdpSocket(this.#stack(group), port, options, this.#resolve);
  }

  /** For whom nothing is to happen any more. */
  closedSocket(group: Group, port: number, options: BindOptions): UdpSocket {
    return new UdpSocket(this.#stack(group), port, options, this.#resolve, true);
  }

  closeAll(group: Group): void {
    this.#stackOfGroup[group.index]?.closeAll();
  }

  /** The address of `name:port`, or of port 0 of `name`. */
  lookUp(name: string): number {
    return this.#resolve(name);
  }

  /** `name:port` for an address of a group, else `host[I]:port`. */
  nameOf(address: number): string {
    const stack = this.#stackOfHost[hostOf(address)];
    if (stack === undefined) return formatAddress(address);
    const port = portOf(address);
    return port === 0 ? stack.group.name : `${stack.group.name}:${port}`;
  }

  /** The group of that name. Throws SimError `unknown-host`. */
  known(name: string): Group {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    const known = [...this.#groups.keys()].join(', ');
    throw new SimError('unknown-host', `no group is called '${name}'; there are: ${known}`);
  }

  /** Begins now; returns a function that ends it. Throws SimError `unknown-host`, `no-host-left`, NetworkConfigError. */
  addFault(fault: NetworkFault): () => void {
    const { network } = this;
    this.#faults ??= this.#timeline(network);
    const faults = this.#faults;
    const hostNamed = (name: string): NetworkHost =>
      network.host(hostOf(this.#stack(this.known(name)).nic.address));
    const { now } = this.#scheduler.kernel;
    const added = faults.add(faultSpec(fault, now, hostNamed, this.#hosts instanceof Wires));
    this.#added[added] = fault;
    return () => faults.end(added);
  }

  #timeline({ fabric }: Network): FaultTimeline {
    const observer = this.#observer;
    if (observer === undefined) return new FaultTimeline(fabric);
    return new FaultTimeline(fabric, (index, _, { source, destination }) => {
      observer.onHit(this.#added[index] as NetworkFault, source, destination);
    });
  }

  /** Returns a function that ends it. */
  monitor(monitor: PacketMonitor, point: MonitorPoint): () => void {
    const { network } = this;
    // Monitors may share anything.
    const shared = this.#scheduler.kernel.resource('monitors', 'monitors');
    const watched: PacketMonitor = (packet) => (shared?.write(), monitor(packet));
    const decide = shared === undefined ? monitor : watched;
    const added = new MonitorFunction(decide, point, (address) => this.nameOf(address));
    network.addMonitor(added);
    return () => network.removeMonitor(added);
  }

  /** 0 for a task that catches everything. */
  #lookUpOrRefuse(name: string): number {
    try {
      return this.#lookUp(name);
    } catch (error) {
      this.#scheduler.refuse(error as SimError);
      return 0;
    }
  }

  #lookUp(name: string): number {
    const colon = name.lastIndexOf(':');
    const host = colon < 0 ? name : name.slice(0, colon);
    const port = colon < 0 ? 0 : Number(name.slice(colon + 1));
    const group = this.known(host);
    if (!/^(|.*:\d{1,5})$/.test(colon < 0 ? '' : name) || port > 65_535) {
      throw new SimError('bad-port', `'${name}' does not end with a port, as in '${host}:1337'`);
    }
    const address = this.#stack(group).nic.address + port;
    this.#resolved.set(name, address);
    return address;
  }

  #stack(group: Group): HostStack {
    const known = this.#stackOfGroup[group.index];
    if (known !== undefined) return known;
    const host = this.#built().host(this.#stackOfHost.length);
    if (host === undefined) {
      const message = `the network has ${this.#stackOfHost.length} hosts and '${group.name}' wants one more: set network.hosts`;
      throw new SimError('no-host-left', message);
    }
    const stack = new HostStack(this.#scheduler, group, host);
    this.#stackOfGroup[group.index] = stack;
    this.#stackOfHost.push(stack);
    return stack;
  }

  #built(): Hosts {
    this.#hosts ??= this.#build();
    return this.#hosts;
  }

  #build(): Hosts {
    const { kernel, trace, rng } = this.#scheduler;
    const environment = { kernel, trace, rng };
    const options = this.#options;
    if (typeof options !== 'function' && options.kind === 'wires')
      return new Wires(environment, options, this.#observer);
    const network =
      typeof options === 'function'
        ? options(environment)
        : starNetwork(environment, { ...STAR_DEFAULT, ...options });
    return { network, host: (index) => network.hosts[index]?.nics[0] };
  }
}
