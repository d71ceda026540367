import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Bytes } from '../../protocol/core/units.ts';
import { FILE_SINK_OPTIONS, checkArgument, checkOptions } from '../../protocol/pool/arguments.ts';
import type { BulkSink } from '../../protocol/pool/bulk-target.ts';
import { TransportError } from '../errors.ts';
import { codeOf, nodeFiles } from './file-port.ts';
import type { FileHandleLike, FilePort } from './file-port.ts';

export interface FileSinkOptions {
  /** Largest body that is taken; default 4 GiB, the largest message there is. */
  sizeBytesMax?: Bytes;
  /** Gets the same bytes, for example a cache. If it fails it is discarded, and the file goes on. */
  tee?: BulkSink;
  /** Told, once, why `tee` was discarded. */
  onTeeError?: (error: Error) => void;
  /** The file system; default node:fs. */
  files?: FilePort;
}

const SIZE_BYTES_MAX = 2 ** 32;

const EXPLANATIONS: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOSPC', 'there is no space left'],
  ['EDQUOT', 'the quota is used up'],
  ['EFBIG', 'the file would be larger than the system allows'],
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['EROFS', 'the file system is read-only'],
  ['EISDIR', 'there is a folder in its place'],
  ['ENOTDIR', 'its folder is not a folder'],
  ['ENOENT', 'its folder does not exist'],
  ['EEXIST', 'there is something else in its place: a device, a socket or a pipe'],
  ['EXDEV', 'its place is on another device than its folder'],
]);

/** Without the path, which is nobody's business: the peer is told the same. */
function failure(error: unknown): TransportError {
  const code = codeOf(error);
  const text = EXPLANATIONS.get(code) ?? 'the system refuses';
  return new TransportError('FILE_FAILED', `the file cannot be written: ${text} (${code ?? 'no code'})`, {
    cause: error,
  });
}

/** One temporary file, from its first byte to its end. */
class Part {
  readonly path: string;
  private readonly files: FilePort;
  private readonly handle: Promise<FileHandleLike>;
  private isOpen = true;
  /** Writes that are under way. */
  readonly writes: Set<Promise<void>> = new Set<Promise<void>>();

  constructor(files: FilePort, target: string) {
    this.files = files;
    this.path = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
    this.handle = this.open(target);
    // Whoever writes to it hears of it.
    this.handle.catch(() => {});
  }

  private async open(target: string): Promise<FileHandleLike> {
    const kind = await this.files.kindOf(target);
    if (kind === 'folder') throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    // To take the place of a device, such as /dev/null, would break the machine.
    if (kind === 'other') throw Object.assign(new Error('no file'), { code: 'EEXIST' });
    return this.files.create(this.path);
  }

  write(at: Bytes, bytes: Uint8Array): Promise<void> {
    const write = this.writeAll(at, bytes);
    this.writes.add(write);
    const forget = (): void => void this.writes.delete(write);
    write.then(forget, forget);
    return write;
  }

  private async writeAll(at: Bytes, bytes: Uint8Array): Promise<void> {
    const handle = await this.handle;
    for (let done = 0; done < bytes.length;) {
      const written = await handle.write(bytes.subarray(done), at + done);
      if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
      done += written;
    }
  }

  /** On the disk, under its name. */
  async commit(target: string): Promise<void> {
    await Promise.all(this.writes);
    const handle = await this.handle;
    await handle.sync();
    this.isOpen = false;
    await handle.close();
    await this.files.rename(this.path, target);
    await this.files.syncFolder(dirname(target));
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.writes);
    const handle = await this.handle.catch(() => undefined);
    if (this.isOpen) await handle?.close();
    this.isOpen = false;
    if (handle !== undefined) await this.files.remove(this.path);
  }
}

/**
 * A file that a bulk transfer fills: each record is written to its place in a temporary file beside it as soon as it has verified; when all are there the file is synced and takes its
 * name, at once. Whoever opens the name sees the old file or the whole new one. Until then the temporary file is what a later transfer goes on with, for as long as the sink lives;
 * after an error, or `discard`, there is none. REQ PAT-5
 *
 *     const target = new BulkTarget(new FileSink('/data/model.bin'), { onProgress, onEnd });
 *     pool.serve({ accept: () => ({ into: target }) });
 */
export class FileSink implements BulkSink {
  readonly roomBytes: Bytes;
  private readonly path: string;
  private readonly files: FilePort;
  private readonly onTeeError: ((error: Error) => void) | undefined;
  private tee: BulkSink | undefined;
  private part: Part | undefined;
  /** Of temporary files that are not wanted any more. */
  private removals: Promise<unknown> = Promise.resolve();
  /** The file is in its place. */
  private isDone = false;

  constructor(path: string, options: FileSinkOptions = {}) {
    const isPath = typeof path === 'string' && path !== '' && !path.includes('\0');
    checkArgument(isPath, 'the path of a FileSink', path, 'the name of a file');
    checkOptions('options of a FileSink', options, FILE_SINK_OPTIONS);
    this.path = path;
    this.roomBytes = options.sizeBytesMax ?? SIZE_BYTES_MAX;
    this.files = options.files ?? nodeFiles;
    this.tee = options.tee;
    this.onTeeError = options.onTeeError;
  }

  begin(sizeBytes: Bytes, isResumed: boolean): void {
    // Resumed without what was there it cannot be: then its writes fail.
    if (isResumed) return;
    if (this.part !== undefined) void this.remove(this.part).catch(() => {});
    this.part = new Part(this.files, this.path);
    this.isDone = false;
    this.tee?.begin(sizeBytes, isResumed);
  }

  write(at: Bytes, bytes: Uint8Array, done: (error?: Error) => void): void {
    void this.writeBoth(at, bytes, done);
  }

  private async writeBoth(at: Bytes, bytes: Uint8Array, done: (error?: Error) => void): Promise<void> {
    const { part, tee } = this;
    const writing = part?.write(at, bytes) ?? Promise.reject(new Error('there is no temporary file'));
    const teeing = tee === undefined ? undefined : this.writeTee(tee, at, bytes);
    // The bytes are given back when both have them.
    const [written] = await Promise.allSettled([writing, teeing]);
    done(written.status === 'rejected' ? failure(written.reason) : undefined);
  }

  private writeTee(tee: BulkSink, at: Bytes, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      tee.write(at, bytes, (error) => {
        if (error !== undefined) this.dropTee(tee, error);
        resolve();
      });
    });
  }

  private dropTee(tee: BulkSink, error: unknown): void {
    if (this.tee !== tee) return;
    this.tee = undefined;
    void tee.discard().catch(() => {});
    this.onTeeError?.(error instanceof Error ? error : new Error(String(error)));
  }

  async finish(sizeBytes: Bytes): Promise<void> {
    const { part, tee } = this;
    if (this.isDone) return;
    if (part === undefined) throw failure(undefined);
    try {
      await part.commit(this.path);
    } catch (error) {
      // A later transfer may have begun with another meanwhile.
      await (this.part === part ? this.discard() : this.remove(part));
      throw failure(error);
    }
    if (this.part === part) {
      this.part = undefined;
      this.isDone = true;
    }
    await tee?.finish(sizeBytes).catch((error: unknown) => this.dropTee(tee, error));
  }

  async discard(): Promise<void> {
    const { part, tee } = this;
    this.part = undefined;
    // Also what an error has begun to take away is gone then.
    await Promise.all([part === undefined ? this.removals : this.remove(part), tee?.discard()]);
  }

  private remove(part: Part): Promise<void> {
    const removal = part.remove();
    this.removals = Promise.allSettled([this.removals, removal]);
    return removal;
  }
}
