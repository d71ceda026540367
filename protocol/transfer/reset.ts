/** A FLOW_RESET to be sent, and sent again until the packet with it is acknowledged. */
export interface ResetNotice {
  slot: number;
  generation: number;
  /** True if the peer is the transfer's sender. */
  byReceiver: boolean;
  code: number;
}
