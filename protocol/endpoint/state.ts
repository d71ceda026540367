/** What is alive in an endpoint; all zero when nothing is going on. Read by checkers and metrics. */
export interface EndpointState {
  exchanges: number;
  outbound: number;
  inbound: number;
  recordBuffers: number;
  /** Ids of buffers that the application has not released, and bytes of buffers that are not freed. */
  buffers: number;
  bufferBytes: number;
  memoryBytes: number;
  pulledBytes: number;
  /** Notification credits in use: transfers of peers that were admitted and have not ended. */
  creditsHeld: number;
  /** Transfers in line to be announced, ended ones that are found there included; and requests that wait for others and were announced ahead, own and served. */
  announcements: number;
  /** Transfers and exchanges for whose sake peers are probed. */
  waits: number;
  /** Transfer ids in use, but for those given up whose peer is still to hear of it. */
  transferIds: number;
  transferTimers: number;
  peers: number;
  embryos: number;
}
