import type { PeerId } from '../peer/peer.ts';
import type { EventObserver } from '../telemetry/generated/events.ts';
import type { ControlPacket } from '../wire/index.ts';

/**
 * Watches an endpoint: its events, and what it puts into packets; for sequence diagrams and captures. Called while a packet is written or read, so it
 * must not call the endpoint, and a packet is there for the time of the call. Absent in production unless somebody asks. REQ OBS-4
 */
export interface EndpointObserver extends EventObserver {
  /** A control packet is written: its frames are `bytes` from `start` to `end`, not sealed yet. `packet` is its header. */
  packetSent?(peer: PeerId, packet: ControlPacket, bytes: Uint8Array, start: number, end: number): void;
  /** A control packet was authentic and not seen before. Whether it may act is not known yet. */
  packetOpened?(packet: ControlPacket): void;
  /** A control packet, at `at` of `bytes`, was seen before or is not authentic. */
  packetRefused?(packet: ControlPacket, why: 'replay' | 'forged', bytes: Uint8Array, at: number): void;
  /** The frames of a control packet act. `probesOnly`: only PROBEs and their answers do. */
  packetTaken?(peer: PeerId, packet: ControlPacket, probesOnly: boolean): void;
}
