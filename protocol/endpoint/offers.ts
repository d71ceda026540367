import type { SlotMap } from '../core/slot-map.ts';
import { NEVER } from '../core/units.ts';
import { RECORD_SEALED_BYTES, recordCount } from '../records/layout.ts';
import type { Placement } from '../records/placement.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import { Progress } from '../transfer/progress.ts';
import type { Receiver } from '../transfer/receiver.ts';
import type { Context } from './context.ts';
import type { ExchangeId } from './events.ts';
import type { Exchange } from './exchange.ts';
import { nextServed } from './states.ts';

const NO_HEADERS: Uint8Array = new Uint8Array(0);

/** Requests that the application decides about before they are pulled. */
export class Offers {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  private readonly receiver: () => Receiver;

  constructor(context: Context, table: SlotMap<Exchange>, receiver: () => Receiver) {
    this.context = context;
    this.table = table;
    this.receiver = receiver;
  }

  /** Only what the application needs to decide is pulled. MUST OFFER-2 */
  holdBack(transfer: InboundTransfer): void {
    const { headerBytes, sealedBytes } = transfer;
    const limit = recordCount(headerBytes) * RECORD_SEALED_BYTES;
    // What has to be pulled as a whole is asked about when it is here.
    if (limit >= sealedBytes) return;
    transfer.pullLimit = limit;
    if (limit === 0) this.offer(transfer, transfer.noticeHeaders ?? NO_HEADERS);
    else transfer.previewed = true;
  }

  onPreview(transfer: InboundTransfer, plaintext: Uint8Array): void {
    this.offer(transfer, plaintext.slice(0, transfer.headerBytes));
  }

  private offer(transfer: InboundTransfer, headers: Uint8Array): void {
    const id = transfer.exchange;
    const exchange = this.table.get(id);
    if (exchange === undefined || exchange.kind === 'own') return;
    if (exchange.kind === 'stream') exchange.offered = true;
    else exchange.state = nextServed(exchange.state, 'offer');
    const { priority, sizeBytes, headerBytes } = transfer;
    this.context.events.push({
      type: 'offer',
      exchange: id,
      peer: exchange.peer.id,
      priority,
      deadlineNs: exchange.deadlineNs ?? NEVER,
      isStream: exchange.kind === 'stream',
      headers,
      sizeBytes: sizeBytes - headerBytes,
    });
  }

  /** The request of a served exchange while it is pulled or offered. */
  private requestOf(id: ExchangeId): InboundTransfer | undefined {
    const exchange = this.table.get(id);
    if (exchange === undefined || exchange.kind === 'own') return undefined;
    return exchange.kind === 'stream' ? exchange.incoming.transfers.get(0) : exchange.request;
  }

  /** False: nothing of it is on its way any more. REQ FLOW-2 */
  pause(id: ExchangeId, paused: boolean): boolean {
    const request = this.requestOf(id);
    if (request === undefined) return false;
    if (paused) this.receiver().pause(request);
    else this.receiver().unpause(request);
    return true;
  }

  /** `progress` events of an own request are wanted. */
  watch(id: ExchangeId): void {
    const exchange = this.table.get(id);
    if (exchange?.kind === 'own')
      exchange.request.pull.progress = new Progress(exchange.request.message.sizeBytes);
  }

  accept(id: ExchangeId, into: Placement | undefined): boolean {
    const request = this.requestOf(id);
    if (request === undefined) return false;
    const exchange = this.table.get(id);
    if (exchange?.kind === 'served') exchange.state = nextServed(exchange.state, 'accept');
    if (into !== undefined) {
      request.pull.into = into;
      request.pull.progress = new Progress(request.sizeBytes);
    }
    this.receiver().resume(request);
    return true;
  }
}
