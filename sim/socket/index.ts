export * from './datagram.ts';
export { NETWORK_DEFAULT, type NetworkOptions } from './internet.ts';
export type * from './packet-monitor.ts';
export { UdpSocket, type BindOptions, type DatagramListener, type SendOptions } from './udp-socket.ts';
