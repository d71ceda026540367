import type { Bytes, Nanos } from '../../protocol/index.ts';
import type { StarTopology } from '../language/index.ts';

/** Header bytes of a packet in the oracle, as in the published set-ups (dcPIM, SIGCOMM 2022); ours are a few more. */
const ORACLE_HEADER_BYTES = 40;
const BITS_NANOS = 8e9;

/**
 * The least time an unloaded star needs, with payload alone counted: what slowdown is measured against. One way: the
 * payload at link rate, two cables, and the last packet once more at the switch, which stores and forwards it.
 */
export class Oracle {
  private readonly topology: StarTopology;
  private readonly hostDelayNs: Nanos;

  constructor(topology: StarTopology, hostDelayNs: Nanos) {
    this.topology = topology;
    this.hostDelayNs = hostDelayNs;
  }

  oneWayNs(bytes: Bytes): Nanos {
    const { rateBps, delayNs, mtuBytes } = this.topology.link;
    const lastPacketBytes = Math.min(bytes + ORACLE_HEADER_BYTES, mtuBytes);
    return ((bytes + lastPacketBytes) * BITS_NANOS) / rateBps + 2 * delayNs + this.hostDelayNs;
  }

  /** A request there and a response back. */
  exchangeNs(requestBytes: Bytes, responseBytes: Bytes): Nanos {
    return this.oneWayNs(requestBytes) + this.oneWayNs(responseBytes);
  }

  /** Round trip of packets of one MTU there and of nothing back: what an endpoint is told to expect. */
  get rttNs(): Nanos {
    const { rateBps, mtuBytes } = this.topology.link;
    return Math.ceil(this.oneWayNs(0) * 2 + (2 * mtuBytes * BITS_NANOS) / rateBps);
  }
}
