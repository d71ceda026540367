import { describe, expect, it } from 'vitest';
import { TransferError, type UnaryResponse } from '../../protocol/index.ts';
import { sha256 } from '../net/digest.ts';
import { checkAnswer } from '../net/exchange.ts';
import { Load, type LoadRequest } from '../net/load.ts';
import type { Connection } from '../net/open-pool.ts';
import { handleRequest, OPERATIONS } from '../net/service.ts';

const METRICS = { latencyNs: 1000, requestBytes: 5, responseBytes: 5, notifyRetries: 0, repulledBytes: 0 };
const body = new Uint8Array([1, 2, 3, 4, 5]);

/** The server's answer without a network. */
async function answer(headers: Record<string, string>, request: Uint8Array = body): Promise<UnaryResponse> {
  const result = await handleRequest({ headers, body: request });
  const { body: bytes, headers: given } =
    result instanceof Uint8Array ? { body: result, headers: {} } : result;
  return { body: bytes, headers: given ?? {}, metrics: METRICS };
}

describe('an answer of the server', () => {
  it.each(OPERATIONS.map((operation) => [operation]))(
    'to %s proves that every byte arrived, or says what is wrong',
    async (operation) => {
      const headers = { 'dcquic-op': operation };
      const request = { body, sha256: await sha256(body) };
      expect(await checkAnswer(operation, request, await answer(headers))).toBeUndefined();
      const flipped = await answer(headers, new Uint8Array([1, 2, 3, 4, 4]));
      expect(await checkAnswer(operation, request, flipped)).toContain(`SHA-256 sent ${request.sha256}`);
      const short = await answer(headers, body.subarray(1));
      expect(await checkAnswer(operation, request, short)).toBeTypeOf('string');
    },
  );

  it('is an error for an operation it does not have', () => {
    expect(() => handleRequest({ headers: { 'dcquic-op': 'ecko' }, body })).toThrow(
      'no operation "ecko"; there are echo, sink, digest',
    );
  });
});

describe('a load', () => {
  const request: LoadRequest = {
    pattern: 'unary',
    sizeBytes: 5,
    count: 20,
    concurrency: 3,
    isCancelled: () => false,
    onEnded: () => {},
  };

  /** A connection whose n-th call ends as `end` says. */
  function connection(end: (call: number, sent: Uint8Array) => Uint8Array): Connection {
    let calls = 0;
    const unaryRpc = async (_peer: number, sent: Uint8Array): Promise<UnaryResponse> => {
      return { body: end(calls++, sent), headers: {}, metrics: METRICS };
    };
    return { pool: { pool: { unaryRpc } }, peer: 0, hasAnswered: () => true } as unknown as Connection;
  }

  it('counts answers that are not what was sent', async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1);
    const result = await new Load(
      connection((call, sent) => (call === 7 ? flip(sent) : sent)),
      request,
    ).run();
    expect(result).toMatchObject({ completed: 20, wrong: 1, firstWrong: 'the answer is not the request' });
    const bulk = await new Load(
      connection(() => new Uint8Array(0)),
      { ...request, pattern: 'bulk' },
    ).run();
    expect(bulk.wrong).toBe(20);
  });

  it('counts failures by reason, goes on after one that may pass, and stops after one that will not', async () => {
    const fails = (reason: TransferError['reason']): Connection =>
      connection((call, sent) => {
        if (call === 7) throw new TransferError(reason, 0);
        return sent;
      });
    expect(await new Load(fails('handler-failed'), request).run()).toMatchObject({
      completed: 19,
      failed: { 'handler-failed': 1 },
    });
    const stopped = await new Load(fails('peer-timeout'), request).run();
    expect(stopped.failed).toEqual({ 'peer-timeout': 1 });
    expect(stopped.completed).toBeLessThan(12);
  });
});
