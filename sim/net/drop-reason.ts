/** Why a packet ended in the network. The numbers go into the trace: add at the end, never renumber. */
export const DropReason = {
  /** Longer than the MTU of the link it was to go over. */
  MTU: 0,
  /** The sending host offered more than its NIC's queue holds. */
  NIC_QUEUE_FULL: 1,
  /** The switch has no room left in its shared buffer. */
  BUFFER_FULL: 2,
  /** The switch knows no port for the destination. */
  NO_ROUTE: 3,
  /** Nothing is bound to the NIC it arrived at. */
  NO_HOST: 4,
  /** A loss fault took it. */
  LOSS: 5,
  /** A monitor answered `drop`. */
  MONITOR: 6,
  /** The switch port holds as much as one port may. */
  PORT_FULL: 7,
  /** A fault has the link down. */
  LINK_DOWN: 8,
  /** A fault has the NIC at one end down. */
  NIC_DOWN: 9,
  /** A fault parts its sender from its receiver. */
  PARTITION: 10,
  /** The host it arrived at is down, or went down while the packet waited at its NIC. */
  HOST_DOWN: 11,
  /** The host it arrived at does nothing, and the ring of its NIC is full. */
  RING_FULL: 12,
} as const;
export type DropReason = (typeof DropReason)[keyof typeof DropReason];

/** Names for people, by number. */
export const DROP_REASON_NAMES: readonly string[] = [
  'mtu',
  'nic-queue-full',
  'buffer-full',
  'no-route',
  'no-host',
  'loss',
  'monitor',
  'port-full',
  'link-down',
  'nic-down',
  'partition',
  'host-down',
  'ring-full',
];
