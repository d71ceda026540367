import type { PeerId } from '../peer/peer.ts';
import type { ControlPacket } from '../wire/index.ts';

/**
 * Watches what an endpoint puts into packets; for sequence diagrams and captures. Called while a packet is written or read, so it must not
 * call the endpoint. Absent in production unless somebody asks. REQ OBS-4
 */
export interface EndpointObserver {
  /**
   * A frame of wire type `type` was written for the transfer (slot, generation); -1, 0 if it concerns none. `ofPeer`: the
   * transfer is one the peer sends. `detail`: message size for TRANSFER_NOTIFY, bytes pulled, 1 for a final RANGE_ACK.
   */
  frameSent(
    peer: PeerId,
    type: number,
    slot: number,
    generation: number,
    ofPeer: boolean,
    detail: number,
  ): void;
  /** A TRANSFER_NOTIFY was written; `replySlot` is -1 for a request. Comes before its frameSent. */
  transferAnnounced(
    peer: PeerId,
    slot: number,
    generation: number,
    replySlot: number,
    replyGeneration: number,
  ): void;
  /** A control packet is written: its frames are `bytes` from `start` to `end`, not sealed yet. `packet` is its header, for the time of the call. */
  packetSent?(peer: PeerId, packet: ControlPacket, bytes: Uint8Array, start: number, end: number): void;
  /** A control packet was authentic and not seen before. Whether it may act is not known yet. */
  packetOpened?(packet: ControlPacket): void;
  /** A control packet, at `at` of `bytes`, was seen before or is not authentic. */
  packetRefused?(packet: ControlPacket, why: 'replay' | 'forged', bytes: Uint8Array, at: number): void;
  /** The frames of a control packet act. `probesOnly`: only PROBEs and their answers do. */
  packetTaken?(peer: PeerId, packet: ControlPacket, probesOnly: boolean): void;
  /**
   * A frame of wire type `type` broke a rule. `isEarly`: its packet named no incarnation of ours, which its sender may not have known yet. MUST
   * WIRE-6, FRESH-10
   */
  frameRefused?(peer: PeerId, type: number, isEarly: boolean): void;
  /** A PROBE is to be answered. */
  probeTaken?(peer: PeerId): void;
  /** A data packet with sealed bytes [offset, offset + length) was written. */
  dataSent(peer: PeerId, slot: number, generation: number, offset: number, length: number): void;
}
