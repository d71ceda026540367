import { NANOS_PER_SECOND, type EndpointOptions, type Nanos } from '../../../protocol/index.ts';
import { DataPacket } from '../../../protocol/wire/index.ts';
import type { Report } from './rule.ts';

/** Sums of fractions of a nanosecond are not exact. */
const TOLERANCE_NS = 0.5;
const BURST_BYTES_MAX = 65_536;

/** An endpoint never sends faster than its NIC, headers included. MUST PACE-1 */
export class PaceRule {
  readonly #report: Report;
  readonly #options: EndpointOptions;
  readonly #nsPerByte: number;
  readonly #slackNs: Nanos;
  readonly #segmentBytes: number;
  #emptyAtNs = 0;
  /** The run of data packets that left last. */
  #runAtNs = -1;
  #runPackets = 0;
  #runIsOpen = false;

  constructor(report: Report, options: EndpointOptions) {
    const { rateBps, burstSegments, mtuBytes, datagramHeaderBytes } = options;
    this.#report = report;
    this.#options = options;
    this.#nsPerByte = (8 * NANOS_PER_SECOND) / rateBps;
    this.#slackNs = Math.min(burstSegments * mtuBytes, BURST_BYTES_MAX) * this.#nsPerByte;
    this.#segmentBytes = mtuBytes - datagramHeaderBytes;
  }

  /** A datagram leaves, at this instant of the endpoint's clock. */
  onSent(nowNs: Nanos, datagram: Uint8Array): void {
    const isData = (datagram[0] as number) >>> 6 === DataPacket.KIND;
    const goesOn = isData && this.#runIsOpen && nowNs === this.#runAtNs;
    const aheadNs = this.#emptyAtNs - nowNs - (isData ? 0 : this.#slackNs);
    if (!goesOn && aheadNs > TOLERANCE_NS)
      this.#report('PACE-1', `${isData ? 'data' : 'control'} leaves ${Math.round(aheadNs)} ns early`);
    const wireBytes = datagram.length + this.#options.datagramHeaderBytes;
    this.#emptyAtNs = Math.max(this.#emptyAtNs, nowNs) + wireBytes * this.#nsPerByte;
    this.#runPackets = goesOn ? this.#runPackets + 1 : 1;
    this.#runAtNs = nowNs;
    // A run ends with its first short packet.
    this.#runIsOpen =
      isData && datagram.length === this.#segmentBytes && this.#runPackets < this.#options.burstSegments;
  }
}
