export * from './datagram.ts';
export { STAR_DEFAULT, type NetworkOptions, type StarOptions } from './internet.ts';
export type * from './network-fault.ts';
export type * from './packet-monitor.ts';
export type * from './run-observer.ts';
export type { WiresOptions } from './wires.ts';
export {
  UdpSocket,
  type BindOptions,
  type DatagramListener,
  type ReceiveOptions,
  type SendOptions,
} from './udp-socket.ts';
