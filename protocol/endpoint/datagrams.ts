import { datagramRoom } from '../control/room.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';

/** Puts a message in line to be sent once; false if it was dropped. REQ PAT-16 · MUST DGRAM-2 */
export function sendDatagram(context: Context, peer: Peer, message: OutgoingMessage): boolean {
  const room = datagramRoom(context.datagramBytesMax);
  if (message.sizeBytes > room) {
    throw new UsageError(
      'ERR_DCQUIC_SIZE',
      `a datagram has ${message.sizeBytes} bytes; the limit is ${room}`,
    );
  }
  if (!peer.mayBegin || peer.datagrams.length >= context.options.datagramsMax) return false;
  peer.datagrams.push(message);
  context.wantControl(peer);
  return true;
}
