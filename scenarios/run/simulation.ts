import { DEFAULT_OPTIONS } from '../../protocol/index.ts';
import type { Bytes, CryptoSuite, EndpointObserver, EndpointOptions } from '../../protocol/index.ts';
import { ExchangeLedger, Marks, Violations } from '../../sim/check/index.ts';
import { AuditedSuite } from '../../sim/crypto/audited-suite.ts';
import { NonceAudit } from '../../sim/crypto/nonce-audit.ts';
import { SENDER_BURST } from '../../sim/contrast/sender-burst.ts';
import { SimCrypto } from '../../sim/crypto/sim-crypto.ts';
import { HostFaultTimeline, ObserverHub, World } from '../../sim/host/index.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import type { KernelOptions } from '../../sim/kernel/kernel.ts';
import { FaultTimeline, buildNetwork, checkNetwork } from '../../sim/net/index.ts';
import type { Injection, Network } from '../../sim/net/index.ts';
import { Rng } from '../../sim/random/rng.ts';
import { Trace } from '../../sim/trace/trace.ts';
import type { TraceOptions } from '../../sim/trace/trace.ts';
import { nodeCrypto } from '../../transports/crypto/node-crypto.ts';
import { blueprintOf } from '../language/index.ts';
import type { Scenario, Topology } from '../language/index.ts';
import { faultSpec, hostFaultSpec, isOfHosts } from './fault-specs.ts';
import { oracleFor } from './oracle.ts';
import type { Oracle } from './oracle.ts';

/** A delayed acknowledgement waits this share of a round trip for company. */
const ACK_DELAY_RTTS = 1;
/** Segments in a burst: short, so that a control packet never waits for more than half a microsecond at 100 Gbit/s. */
const BURST_SEGMENTS = 4;
const RUN_BYTES_MAX = 65_536;

export interface SimulationOptions {
  onProgress?: (simulation: Simulation) => void;
  trace?: TraceOptions;
  observer?: (host: number, worker: number) => EndpointObserver | undefined;
  /** Told before the endpoint of each worker begins in each incarnation of a host. */
  onIncarnation?: (host: number, incarnation: number, worker: number) => void;
  /** Who decides in which order events happen, and how early a packet may arrive. REQ DST-4 */
  schedule?: ScheduleOptions;
  /** Told of every packet that a fault of the scenario hits, with the index of the fault. */
  onInjection?: (fault: number, injection: Injection) => void;
}

export type ScheduleOptions = Pick<KernelOptions, 'chooser' | 'windowNs'>;

/** A scenario, built and not yet run. What extensions get hold of. */
export class Simulation {
  readonly scenario: Scenario;
  readonly kernel: Kernel;
  readonly rng: Rng;
  readonly trace: Trace;
  readonly network: Network;
  readonly faults: FaultTimeline;
  readonly crypto: CryptoSuite & Partial<Pick<SimCrypto, 'know'>>;
  readonly hostFaults: HostFaultTimeline;
  /** Of each host, worker by worker: what its endpoints write and take. Extensions may add observers of their own. */
  readonly observers: readonly ObserverHub[];
  readonly world: World;
  readonly violations: Violations;
  readonly ledger: ExchangeLedger;
  readonly oracle: Oracle;
  /** What this run came to; extensions may add marks of their own. */
  readonly marks: Marks = new Marks();

  constructor(scenario: Scenario, options: SimulationOptions = {}) {
    this.scenario = scenario;
    const { onProgress, schedule } = options;
    this.kernel = new Kernel({
      ...schedule,
      ...(onProgress === undefined ? {} : { onProgress: () => onProgress(this) }),
    });
    this.rng = new Rng(scenario.seed);
    this.trace = new Trace(options.trace);
    this.violations = new Violations(this.kernel);
    this.ledger = new ExchangeLedger(this.violations);
    const { topology, endpoint } = scenario;
    const { workers = 1 } = endpoint;
    const config = checkNetwork({
      ...topology,
      host: { processingNs: endpoint.hostDelayNs, ...queueOf(scenario) },
    });
    this.network = buildNetwork(this, blueprintOf(topology), config);
    this.oracle = oracleFor(topology, this.network, endpoint.hostDelayNs);
    // The timeline counts the faults of the network alone.
    const indices = [...scenario.faults.entries()].flatMap(([i, fault]) => (isOfHosts(fault) ? [] : [i]));
    const { onInjection } = options;
    this.faults = new FaultTimeline(
      this.network.fabric,
      onInjection && ((fault, injection) => onInjection(indices[fault] as number, injection)),
    );
    this.crypto = this.cryptoSuite();
    this.observers = this.network.hosts.flatMap(({ index }) =>
      Array.from({ length: workers }, (_, worker) => observerHub(options.observer?.(index, worker))),
    );
    this.world = new World({
      planes: topology.kind === 'graph' ? 1 : topology.planes,
      kernel: this.kernel,
      network: this.network,
      rng: this.rng.fork('world'),
      crypto: this.crypto,
      options: this.endpointOptions,
      byReference: true,
      ...(endpoint.control === 'sender-burst' ? { kinds: SENDER_BURST } : {}),
      workers,
      ...(endpoint.groBytes === undefined
        ? {}
        : { gro: { bytesMax: endpoint.groBytes, delayNs: endpoint.hostDelayNs } }),
      observer: (host, incarnation, worker) => {
        options.onIncarnation?.(host, incarnation, worker);
        return this.observers[host * workers + worker];
      },
    });
    this.hostFaults = new HostFaultTimeline(this.kernel, this.trace);
    for (const fault of scenario.faults) {
      if (isOfHosts(fault)) this.hostFaults.add(hostFaultSpec(fault, this.world));
      else this.faults.add(faultSpec(fault, this.network));
    }
  }

  observersOf(host: number): readonly ObserverHub[] {
    const { workers = 1 } = this.scenario.endpoint;
    return this.observers.slice(host * workers, (host + 1) * workers);
  }

  private cryptoSuite(): CryptoSuite {
    const sealsMax = this.endpointOptions.keyPacketsMax ?? DEFAULT_OPTIONS.keyPacketsMax;
    const audit = new NonceAudit(
      ({ key, nonce }) =>
        this.violations.report('nonce', 'invariant', `nonce ${nonce} sealed twice under the key ${key}`),
      {
        label: 'dcquic control key',
        sealsMax,
        onExceeded: (key) =>
          this.violations.report(
            'key-use',
            'invariant',
            `the key ${key} sealed more than ${sealsMax} packets`,
          ),
      },
      (key, record) =>
        this.violations.report(
          'record',
          'invariant',
          `record ${record} under the key ${key} is not bound to the size of its message`,
        ),
    );
    return this.scenario.endpoint.crypto === 'sim'
      ? new SimCrypto(audit)
      : new AuditedSuite(nodeCrypto, audit);
  }

  /** What this scenario sets of the options of its endpoints. */
  get endpointOptions(): Partial<EndpointOptions> {
    const { topology, endpoint } = this.scenario;
    const rttNs = this.oracle.rttNs;
    return {
      mtuBytes: topology.link.mtuBytes,
      rateBps: topology.link.rateBps,
      receiveBufferBytes: 2 ** 40,
      // Who pulls nothing is told of no bound.
      ...(endpoint.control === undefined ? { portBufferBytes: portBuffer(topology) } : {}),
      initialRttNs: rttNs,
      ackDelayNs: Math.ceil(rttNs * ACK_DELAY_RTTS),
      lossDelayMinNs: 0,
      burstSegments: BURST_SEGMENTS,
      peerTimeoutNs: DEFAULT_OPTIONS.peerTimeoutNs,
      ...endpoint.options,
    };
  }
}

/** What a port of a switch may queue: operators know that. */
function portBuffer({
  switch: { portPackets, portBytes, bufferBytes },
  link: { mtuBytes },
}: Topology): Bytes {
  const bytes = portPackets === undefined ? (portBytes ?? bufferBytes) : portPackets * mtuBytes;
  return Math.min(Math.max(bytes, mtuBytes), 2 ** 40);
}

/** A NIC has room for a run of each of its workers; with one worker, what the simulator gives it. */
function queueOf({ topology, endpoint }: Scenario): { nicQueueBytesMax?: Bytes } {
  const { workers = 1, options } = endpoint;
  if (workers === 1) return {};
  const runBytes = Math.min(
    (options.burstSegments ?? BURST_SEGMENTS) * topology.link.mtuBytes,
    RUN_BYTES_MAX,
  );
  return { nicQueueBytesMax: RUN_BYTES_MAX + Math.ceil(workers / topology.nics) * runBytes };
}

function observerHub(observer: EndpointObserver | undefined): ObserverHub {
  const hub = new ObserverHub();
  if (observer !== undefined) hub.add(observer);
  return hub;
}
