export * from './address.ts';
export * from './bind.ts';
export * from './pool.ts';
export * from './port.ts';
export * from './resolve.ts';
export * from './socket-buffers.ts';
