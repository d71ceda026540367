import type { Nanos } from '../../../protocol/core/units.ts';
import type { SeenFrames } from './frames.ts';

/** A control packet, opened. */
export interface ControlPacketSeen extends SeenFrames {
  /** On the clock of the endpoint that writes or takes it. */
  readonly nowNs: Nanos;
  readonly packetNumber: number;
  /** Bytes that would still have fit into it. */
  readonly roomBytes: number;
  /** It says for whom it is: no challenge. */
  readonly isAddressed: boolean;
}

/**
 * What one part of the protocol demands of one side of a conversation: an incarnation of an endpoint, with one incarnation of a peer. It is told of
 * the control packets in their order.
 */
export interface Rule {
  /** Written by this side. */
  onSent(packet: ControlPacketSeen): void;
  /** Of the peer, authentic and new: its frames act now. */
  onTaken(packet: ControlPacketSeen): void;
}

/** Says which rule of spec/protocol.md was broken, and how. */
export type Report = (must: string, message: string) => void;
