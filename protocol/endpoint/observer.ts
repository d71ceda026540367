import type { PeerId } from '../peer/peer.ts';

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
  /**
   * A control packet of our incarnation (epochHi, epochLo) is written: its frames are `bytes` from `start` to `end`, not sealed yet. `receiverTag` 0:
   * for no certain incarnation of the peer.
   */
  packetSent?(
    peer: PeerId,
    epochHi: number,
    epochLo: number,
    packetNumber: number,
    receiverTag: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /**
   * A control packet of the peer's incarnation (epochHi, epochLo) was authentic and not seen before: its frames act. `probesOnly`: only PROBEs and
   * their answers do.
   */
  packetTaken?(
    peer: PeerId,
    epochHi: number,
    epochLo: number,
    packetNumber: number,
    probesOnly: boolean,
  ): void;
  /** A data packet with sealed bytes [offset, offset + length) was written. */
  dataSent(peer: PeerId, slot: number, generation: number, offset: number, length: number): void;
}
