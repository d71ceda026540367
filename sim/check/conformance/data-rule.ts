import { DataPacket } from '../../../protocol/wire/index.ts';
import type { Packet } from '../../net/packet.ts';
import type { Report } from './rule.ts';
import { wholeContent } from './whole-content.ts';

const packet = new DataPacket();

/** The header of a datagram that is one data packet, in a view that the next call changes. */
function dataPacket(datagram: Uint8Array): DataPacket | undefined {
  if (datagram.length === 0 || (datagram[0] as number) >>> 6 !== DataPacket.KIND) return undefined;
  return packet.parse(datagram, 0, datagram.length) === datagram.length ? packet : undefined;
}

function tokenOf({ tokenHi, tokenLo }: DataPacket): string {
  return `${tokenHi}.${tokenLo}`;
}

/** What all hosts of a simulation have sent. */
export class SentTraffic {
  /** Every datagram, by what it holds. */
  readonly #contents = new Set<number>();
  /** By token: the end of the data that was sent. */
  readonly #highBytes = new Map<string, number>();

  /** MUST DATA-3 */
  onSent(carrier: Packet, report: Report): void {
    this.#contents.add(wholeContent(carrier));
    const data = dataPacket(carrier.headers());
    if (data === undefined) return;
    const token = tokenOf(data);
    const highBytes = this.#highBytes.get(token) ?? 0;
    const { offset, payloadLength, flags } = data;
    const isAgain = (flags & DataPacket.RETRANSMISSION) !== 0;
    if (isAgain !== offset < highBytes)
      report(
        'DATA-3',
        `data from ${offset} on is ${isAgain ? '' : 'not '}marked as sent again, after ${highBytes} bytes`,
      );
    this.#highBytes.set(token, Math.max(highBytes, offset + payloadLength));
  }

  /** The sender of a transfer takes a pull of it, `earlyBytes` of which it has sent unasked. */
  onPulled(token: string, earlyBytes: number): void {
    this.#highBytes.set(token, Math.max(this.#highBytes.get(token) ?? 0, earlyBytes));
  }

  /** Somebody tampered with it: nobody sent it so. */
  isForged(carrier: Packet): boolean {
    // What came by reference nobody has touched.
    return carrier.shared === null && !this.#contents.has(wholeContent(carrier));
  }
}

/** What an endpoint does with data: it takes what it has asked for, and nothing else is wrong with that than what others do. MUST DATA-1, RECORD-4 */
export class DataRule {
  readonly #report: Report;
  readonly #traffic: SentTraffic;
  /** By pull slot: the token of the last pull. */
  readonly #tokens = new Map<number, string>();
  /** Datagrams that came and were not as they were sent. */
  #forged = 0;
  #poisoned = 0;

  constructor(report: Report, traffic: SentTraffic) {
    this.#report = report;
    this.#traffic = traffic;
  }

  onPull(pullSlot: number, token: string): void {
    this.#tokens.set(pullSlot, token);
  }

  /** A datagram was taken: `newBytes` of it were news, and so many records have failed since the beginning. */
  onReceived(carrier: Packet, newBytes: number, recordsPoisoned: number): void {
    if (this.#traffic.isForged(carrier)) this.#forged += 1;
    const data = dataPacket(carrier.headers());
    if (data !== undefined && newBytes > 0 && this.#tokens.get(data.pullSlot) !== tokenOf(data))
      this.#report('DATA-1', `${newBytes} bytes are taken with a token that is not that of the last pull`);
    if (recordsPoisoned > this.#poisoned && this.#forged === 0)
      this.#report('RECORD-4', 'a record fails verification, though nobody tampered with any');
    this.#poisoned = recordsPoisoned;
  }
}
