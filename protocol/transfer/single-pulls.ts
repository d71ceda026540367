import type { InboundTransfer } from './inbound.ts';

/** Of a peer that is not well one message is pulled at a time: whether that is `transfer` now. MUST LIVE-10 */
export function waitsForAnother(transfer: InboundTransfer): boolean {
  const { pulling, isWell } = transfer.peer;
  if (isWell || pulling === undefined || pulling === transfer) return false;
  // It goes before one that is less urgent, or longer.
  const levels = pulling.pullLevel - transfer.pullLevel;
  return levels < 0 || (levels === 0 && pulling.remaining <= transfer.remaining);
}

/** Something of it is pulled now. True: others of its peer wait from now on. */
export function becomeSingle(transfer: InboundTransfer): boolean {
  const { peer } = transfer;
  if (peer.isWell || peer.pulling === transfer) return false;
  peer.pulling = transfer;
  return true;
}

/** It keeps no other waiting any more. True: it did until now. */
export function endSingle(transfer: InboundTransfer): boolean {
  const { peer } = transfer;
  if (peer.pulling !== transfer) return false;
  peer.pulling = undefined;
  return true;
}
