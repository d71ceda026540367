import { WRITTEN } from '../control/frame-set.ts';
import { datagramRoom } from '../control/room.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { Datagram } from '../wire/index.ts';
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

/** Its frame. */
export function fillDatagram(message: OutgoingMessage): Datagram {
  const { datagram } = WRITTEN;
  const { head, sizeBytes } = message;
  datagram.payload = message.body;
  if (head.length > 0) {
    datagram.payload = new Uint8Array(sizeBytes);
    message.copy(0, sizeBytes, datagram.payload, 0);
  }
  datagram.headerSize = head.length;
  datagram.payloadStart = 0;
  datagram.payloadLength = sizeBytes;
  return datagram;
}
