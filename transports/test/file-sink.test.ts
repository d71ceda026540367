import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploymentOptions } from '../../protocol/endpoint/deployments.ts';
import { DEFAULT_OPTIONS } from '../../protocol/endpoint/options.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import { BulkTarget } from '../../protocol/pool/bulk-target.ts';
import type { BulkSink } from '../../protocol/pool/bulk-target.ts';
import type { TransferError } from '../../protocol/pool/transfer-error.ts';
import { expectClean, pattern, sameBytes } from '../../protocol/test/support/pair.ts';
import { makePools, quiet, reactions } from '../../protocol/test/support/pools.ts';
import type { Pools } from '../../protocol/test/support/pools.ts';
import { FileSink } from '../file/file-sink.ts';
import type { FileSinkOptions } from '../file/file-sink.ts';
import { nodeFiles } from '../file/file-port.ts';
import type { FilePort } from '../file/file-port.ts';

const SIZE = 3_000_000;
const BODY = pattern(SIZE);
const OLD = pattern(1000, 7);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dcquic-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Filing extends Pools {
  path: string;
  target: BulkTarget;
  ends: (TransferError | undefined)[];
  progress: number[];
}

/** Runs the network and the application in turns, however long the disk takes. */
async function driven<T>({ net }: Pools, promise: Promise<T>, turnNs: number): Promise<T> {
  let isDone = false;
  const settle = (): void => void (isDone = true);
  promise.then(settle, settle);
  while (!isDone) {
    net.run(net.now + turnNs);
    await reactions();
  }
  return promise;
}

let count = 0;

/** A server that puts every request into a file of a folder of its own, where there is an old one. */
function makeFiling(options: FileSinkOptions = {}, endpoint: Partial<EndpointOptions> = {}): Filing {
  const place = join(folder, String((count += 1)));
  mkdirSync(place);
  const path = join(place, 'model.bin');
  writeFileSync(path, OLD);
  const ends: (TransferError | undefined)[] = [];
  const progress: number[] = [];
  const target = new BulkTarget(new FileSink(path, options), {
    onEnd: (error) => ends.push(error),
    onProgress: (bytes) => progress.push(bytes),
  });
  const pools = makePools({ accept: () => ({ into: target }) }, { peerTimeoutNs: 1e9, ...endpoint });
  return { ...pools, path, target, ends, progress };
}

const namesBeside = (path: string): string[] => readdirSync(join(path, '..'));

const send = ({ caller, toServer }: Filing, body = BODY): Promise<unknown> =>
  caller.rawBulkTransfer(toServer, body, { headers: { name: 'model' }, retriesMax: 0 });

/** Until nothing is left of it, however long files take. */
async function expectNothingLeft(filing: Filing): Promise<void> {
  while (filing.server.endpoint.state.recordBuffers > 0) await reactions();
  await quiet(filing);
  expectClean(filing.client, filing.server);
}

/** REQ PAT-5, POOL-7. */
describe('a bulk transfer into a file', () => {
  test.each([0, 1, 100, 70_000, SIZE])(
    'of %d bytes takes the place of the old one as a whole',
    async (size) => {
      const filing = makeFiling();
      const body = BODY.subarray(0, size);
      let isOldSeen = false;
      filing.net.at(1_000_000, () => (isOldSeen = sameBytes(readFileSync(filing.path), OLD)));
      await driven(filing, send(filing, body), 100_000);
      expect(sameBytes(readFileSync(filing.path), body)).toBe(true);
      expect(namesBeside(filing.path)).toEqual(['model.bin']);
      expect(filing.ends).toEqual([undefined]);
      if (size === SIZE) {
        expect(isOldSeen).toBe(true);
        expect(filing.progress).toEqual(filing.progress.toSorted((a, b) => a - b));
        expect(filing.progress.length).toBeGreaterThan(3);
      }
      await expectNothingLeft(filing);
    },
  );

  test('that is cut goes on where it was, in the same temporary file', async () => {
    const filing = makeFiling();
    const { net, target, server, path } = filing;
    const first = send(filing).catch((error: TransferError) => error.reason);
    for (let turn = 0; target.arrivedBytes < SIZE / 3; turn += 1) {
      net.run(net.now + 20_000);
      await reactions();
    }
    net.hook = () => [];
    expect(await driven(filing, first, 10_000_000)).toBe('peer-timeout');
    const before = target.arrivedBytes;
    expect(before).toBeLessThan(SIZE);
    expect(namesBeside(path).length).toBe(2);
    expect(sameBytes(readFileSync(path), OLD)).toBe(true);
    net.hook = undefined;
    const payload = server.endpoint.counters.payloadBytesFirst;
    await driven(filing, send(filing), 100_000);
    expect(server.endpoint.counters.payloadBytesFirst - payload).toBeLessThan(SIZE - before + 2000);
    expect(sameBytes(readFileSync(path), BODY)).toBe(true);
    expect(namesBeside(path)).toEqual(['model.bin']);
    await expectNothingLeft(filing);
  });

  test('that is cut and not wanted any more leaves nothing', async () => {
    const filing = makeFiling();
    const { net, target, path } = filing;
    const first = send(filing).catch((error: TransferError) => error.reason);
    for (let turn = 0; target.arrivedBytes === 0; turn += 1) {
      net.run(net.now + 20_000);
      await reactions();
    }
    filing.caller.close();
    expect(await driven(filing, first, 100_000)).toBe('closed');
    await target.discard();
    expect(namesBeside(path)).toEqual(['model.bin']);
    expect(target.arrivedBytes).toBe(0);
    await expectNothingLeft(filing);
  });

  test('goes to a cache as well, which may fail without harm', async () => {
    for (const failing of [false, true]) {
      const memory = new Uint8Array(SIZE);
      const calls: string[] = [];
      const errors: string[] = [];
      const tee: BulkSink = {
        roomBytes: SIZE,
        begin: (size) => calls.push(`begin ${size}`),
        write: (at, bytes, done) => {
          memory.set(bytes, at);
          setImmediate(() => done(failing && at > 1_000_000 ? new Error('cache full') : undefined));
        },
        finish: async () => void calls.push('finish'),
        discard: async () => void calls.push('discard'),
      };
      const filing = makeFiling({ tee, onTeeError: ({ message }) => errors.push(message) });
      await driven(filing, send(filing), 100_000);
      expect(sameBytes(readFileSync(filing.path), BODY)).toBe(true);
      expect(calls).toEqual([`begin ${SIZE}`, failing ? 'discard' : 'finish']);
      expect(errors).toEqual(failing ? ['cache full'] : []);
      if (!failing) expect(sameBytes(memory, BODY)).toBe(true);
      await expectNothingLeft(filing);
    }
  });

  /** REQ BP-1, BP-2, CONF-5 */
  test.each([
    ['service', DEFAULT_OPTIONS.sinkBytesMax],
    ['workstation', deploymentOptions('workstation').sinkBytesMax as number],
  ])('is pulled no faster than the disk writes (%s: %d bytes ahead of it)', async (_, sinkBytesMax) => {
    const waiting: (() => void)[] = [];
    let isOpen = false;
    const files: FilePort = {
      ...nodeFiles,
      create: async (path) => {
        const handle = await nodeFiles.create(path);
        const write: typeof handle.write = async (bytes, at) => {
          if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
          return handle.write(bytes, at);
        };
        return { ...handle, write };
      },
    };
    const filing = makeFiling({ files }, { sinkBytesMax });
    const { net, client, server } = filing;
    const body = pattern(12_000_000);
    const sending = send(filing, body);
    const settle = async (): Promise<number> => {
      for (let turn = 0; turn < 400; turn += 1) {
        net.run(net.now + 100_000);
        net.sent.length = 0;
        await reactions();
      }
      return client.endpoint.counters.dataBytesOut;
    };
    const sent = await settle();
    expect(sent).toBeGreaterThan(sinkBytesMax);
    // What was under way when the sink was full: a grant or two.
    expect(sent).toBeLessThan(sinkBytesMax + 1_500_000);
    expect(server.endpoint.state.memoryBytes).toBe(sinkBytesMax);
    expect(await settle()).toBe(sent);
    isOpen = true;
    for (const go of waiting) go();
    await driven(filing, sending, 100_000);
    expect(sameBytes(readFileSync(filing.path), body)).toBe(true);
    await expectNothingLeft(filing);
  });
});

/** REQ PAT-5, CONF-6: nothing is lost, and nothing is left. */
describe('a file that cannot be written', () => {
  const failWith = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));

  /** node:fs that fails in one of its works; after `writes` of them if that is writing. */
  const failing = (
    work: keyof FilePort | 'write' | 'sync',
    code: string,
    state: { isBroken: boolean },
  ): FilePort => {
    const broken =
      <Given extends unknown[], Result>(name: string, does: (...given: Given) => Promise<Result>) =>
      (...given: Given): Promise<Result> =>
        name === work && state.isBroken ? failWith(code) : does(...given);
    return {
      kindOf: broken('kindOf', nodeFiles.kindOf),
      rename: broken('rename', nodeFiles.rename),
      remove: nodeFiles.remove,
      syncFolder: broken('syncFolder', nodeFiles.syncFolder),
      create: broken('create', async (path) => {
        const handle = await nodeFiles.create(path);
        let writes = 0;
        return {
          ...handle,
          sync: broken('sync', handle.sync),
          // Of a full disk the last write that succeeds may be a short one.
          write: async (bytes, at) => {
            writes += 1;
            if (work !== 'write' || !state.isBroken) return handle.write(bytes, at);
            if (writes > 20) return failWith(code);
            return handle.write(writes === 20 ? bytes.subarray(0, 100) : bytes, at);
          },
        };
      }),
    };
  };

  test.each([
    ['create', 'EACCES', 'permission is denied'],
    ['create', 'EROFS', 'the file system is read-only'],
    ['write', 'ENOSPC', 'there is no space left'],
    ['write', 'EFBIG', 'the file would be larger'],
    ['sync', 'EIO', 'the system refuses'],
    ['rename', 'EXDEV', 'another device'],
  ] as const)('because of %s: %s', async (work, code, text) => {
    const state = { isBroken: true };
    const filing = makeFiling({ files: failing(work, code, state) });
    const { path, target, ends } = filing;
    const error = await driven(
      filing,
      send(filing).then(
        () => undefined,
        (thrown: TransferError) => thrown,
      ),
      100_000,
    );
    expect(error).toMatchObject({ reason: 'rejected' });
    expect(error?.message).toContain(text);
    expect(error?.message).toContain(code);
    expect(error?.message).not.toContain(path);
    expect(ends).toMatchObject([{ reason: 'rejected', cause: { code: 'FILE_FAILED', cause: { code } } }]);
    await expectNothingLeft(filing);
    await target.discard();
    expect(namesBeside(path)).toEqual(['model.bin']);
    expect(sameBytes(readFileSync(path), OLD)).toBe(true);
    expect(target.arrivedBytes).toBe(0);
    // As soon as the disk is well, the same target takes all of it.
    state.isBroken = false;
    await driven(filing, send(filing), 100_000);
    expect(sameBytes(readFileSync(path), BODY)).toBe(true);
    expect(namesBeside(path)).toEqual(['model.bin']);
  });

  test('because a folder has its name, or its folder is none, or it would be too large', async () => {
    const filing = makeFiling();
    const taken = join(filing.path, '..', 'taken');
    mkdirSync(taken);
    for (const [sink, text] of [
      [new FileSink(taken), 'there is a folder in its place (EISDIR)'],
      [new FileSink(join(filing.path, 'below')), '(ENOTDIR)'],
      [new FileSink(join(taken, 'none', 'at')), 'its folder does not exist (ENOENT)'],
      [new FileSink(join(taken, 'small'), { sizeBytesMax: 1000 }), 'has room for 1000 of 3000000 bytes'],
    ] as const) {
      filing.callee.serve({ accept: () => ({ into: new BulkTarget(sink) }) });
      const sending = send(filing).catch((thrown: TransferError) => thrown.message);
      expect(await driven(filing, sending, 100_000)).toContain(text);
    }
    expect(namesBeside(filing.path).toSorted()).toEqual(['model.bin', 'taken']);
    expect(readdirSync(taken)).toEqual([]);
    await expectNothingLeft(filing);
  });
});
