import { inlineRoom } from '../../protocol/control/room.ts';
import { DEFAULT_OPTIONS } from '../../protocol/index.ts';
import type { Bytes, Nanos } from '../../protocol/index.ts';
import { sealedSize } from '../../protocol/records/layout.ts';
import { DataPacket } from '../../protocol/wire/index.ts';
import type { Scenario } from '../language/index.ts';

const BITS_NANOS = 8e9;

/**
 * The least time in which what was offered can complete: the bytes of the busiest cable of a host, in its busier direction, at the rate of the cable.
 * Bytes are payload, tags of records, and the shortest headers that data packets have; nothing for control packets,
 * and for a message inside a control packet its payload and the headers of a datagram.
 */
export class LowerBound {
  private readonly byteNs: number;
  private readonly inlineBytesMax: Bytes;
  private readonly payloadBytesMax: Bytes;
  private readonly packetBytes: Bytes;
  /** Per host: what leaves it, what comes to it. */
  private readonly out: Float64Array;
  private readonly into: Float64Array;

  constructor({ topology, endpoint }: Scenario) {
    const { hosts, nics, link } = topology;
    const { datagramHeaderBytes, inlineBytesMax } = DEFAULT_OPTIONS;
    const datagramBytes = link.mtuBytes - datagramHeaderBytes;
    this.byteNs = BITS_NANOS / (link.rateBps * nics);
    this.inlineBytesMax = Math.min(
      endpoint.options.inlineBytesMax ?? inlineBytesMax,
      inlineRoom(datagramBytes),
    );
    this.payloadBytesMax = datagramBytes - DataPacket.headerLength(0);
    this.packetBytes = datagramHeaderBytes + DataPacket.headerLength(0);
    this.out = new Float64Array(hosts);
    this.into = new Float64Array(hosts);
  }

  onOffered(from: number, to: number, requestBytes: Bytes, responseBytes: Bytes): void {
    this.add(from, to, requestBytes);
    this.add(to, from, responseBytes);
  }

  private add(from: number, to: number, bytes: Bytes): void {
    const wireBytes = this.wireBytes(bytes);
    this.out[from] = (this.out[from] as number) + wireBytes;
    this.into[to] = (this.into[to] as number) + wireBytes;
  }

  private wireBytes(bytes: Bytes): Bytes {
    if (bytes <= this.inlineBytesMax) return bytes + DEFAULT_OPTIONS.datagramHeaderBytes;
    const sealedBytes = sealedSize(bytes);
    return sealedBytes + Math.ceil(sealedBytes / this.payloadBytesMax) * this.packetBytes;
  }

  get ns(): Nanos {
    let most = 0;
    for (const bytes of this.out) most = Math.max(most, bytes);
    for (const bytes of this.into) most = Math.max(most, bytes);
    return Math.floor(most * this.byteNs);
  }
}
