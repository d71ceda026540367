export * from './crypto/index.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './inline/index.ts';
export * from './psk/index.ts';
export * from './udp/index.ts';
