import { open, rename, rm, stat } from 'node:fs/promises';
import type { Bytes } from '../../protocol/core/units.ts';

/** An open file. */
export interface FileHandleLike {
  /** Writes some of `bytes` at `at`, and says how many. */
  write(bytes: Uint8Array, at: Bytes): Promise<Bytes>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What a FileSink needs of a file system; a test has one that fails when it should. */
export interface FilePort {
  /** Makes a file that is not there yet. */
  create(path: string): Promise<FileHandleLike>;
  /** What is there. */
  kindOf(path: string): Promise<'nothing' | 'file' | 'folder' | 'other'>;
  rename(from: string, to: string): Promise<void>;
  /** Also if it is not there. */
  remove(path: string): Promise<void>;
  /** The names in a folder survive a crash. */
  syncFolder(path: string): Promise<void>;
}

/** Errors with which systems say that folders cannot be synced; there nothing more can be done. */
const NO_FOLDER_SYNC: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'EISDIR',
  'EPERM',
  'EACCES',
  'ENOTSUP',
]);

/** node:fs. */
export const nodeFiles: FilePort = {
  async create(path) {
    const handle = await open(path, 'wx');
    return {
      write: async (bytes, at) => (await handle.write(bytes, 0, bytes.length, at)).bytesWritten,
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  async kindOf(path) {
    try {
      const found = await stat(path);
      return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return 'nothing';
      throw error;
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(path) {
    try {
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!NO_FOLDER_SYNC.has(codeOf(error))) throw error;
    }
  },
};

/** The code of an error of the system, e.g. ENOSPC. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
