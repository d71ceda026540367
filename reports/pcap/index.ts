export type { ByteSink } from './block-writer.ts';
export * from './file-sink.ts';
export { CAPTURED_PORT } from './ip-header.ts';
export * from './packet-capture.ts';
export { EVERYWHERE, locationsAt } from './places.ts';
