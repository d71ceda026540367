// Generated from spec/wire.yaml by `npm run generate`. Do not edit.

/** Kind of a packet: bits 7 and 6 of its first byte. */
export const PacketKind = {
  CONTROL: 0,
  DATA: 1,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

/** First byte of a frame. */
export const FrameType = {
  PADDING: 0x00,
  ACK: 0x01,
  TRANSFER_NOTIFY: 0x10,
  TRANSFER_ACCEPT: 0x11,
  NOTIFY_BLOCKED: 0x12,
  PULL_REQUEST: 0x13,
  RANGE_ACK: 0x14,
  FLOW_RESET: 0x15,
  CANCEL_PULL: 0x16,
  EARLY_DATA: 0x17,
  REGION: 0x20,
  BACKLOG: 0x1f,
  DELIVERY: 0x21,
  PROBE: 0x18,
  PROBE_RESPONSE: 0x19,
  STREAM_CREDIT: 0x1a,
  STREAM_CLOSE: 0x1b,
  STREAM_CLOSE_ACK: 0x1c,
  DATAGRAM: 0x1d,
  EARLY_LIMIT: 0x1e,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Names by frame type, for traces and messages. */
export const FrameName: Readonly<Record<number, string>> = {
  0x00: 'PADDING',
  0x01: 'ACK',
  0x10: 'TRANSFER_NOTIFY',
  0x11: 'TRANSFER_ACCEPT',
  0x12: 'NOTIFY_BLOCKED',
  0x13: 'PULL_REQUEST',
  0x14: 'RANGE_ACK',
  0x15: 'FLOW_RESET',
  0x16: 'CANCEL_PULL',
  0x17: 'EARLY_DATA',
  0x20: 'REGION',
  0x1f: 'BACKLOG',
  0x21: 'DELIVERY',
  0x18: 'PROBE',
  0x19: 'PROBE_RESPONSE',
  0x1a: 'STREAM_CREDIT',
  0x1b: 'STREAM_CLOSE',
  0x1c: 'STREAM_CLOSE_ACK',
  0x1d: 'DATAGRAM',
  0x1e: 'EARLY_LIMIT',
};

/** True if a packet that holds a frame of this type wants an ACK. */
export function isAckEliciting(frameType: number): boolean {
  return frameType === FrameType.TRANSFER_NOTIFY || frameType === FrameType.NOTIFY_BLOCKED || frameType === FrameType.FLOW_RESET || frameType === FrameType.STREAM_CREDIT || frameType === FrameType.STREAM_CLOSE;
}
