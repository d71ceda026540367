export { FileSink } from './file-sink.ts';
export type { FileSinkOptions } from './file-sink.ts';
export type { FileHandleLike, FilePort } from './file-port.ts';
export { RecordFile } from './record-file.ts';
