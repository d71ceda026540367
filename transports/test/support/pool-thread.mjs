// Another thread of the application, that is given a handle of a pool: it calls, and says what came of it.
import { parentPort } from 'node:worker_threads';
import { joinPool } from '../../../dist/transports/index.js';

let pool;
parentPort.on('message', async ({ handle, peer, size, after, serve, close }) => {
  if (handle !== undefined) pool = joinPool(handle);
  if (serve) pool.serve(({ body }) => body.subarray(0, 1));
  if (serve || handle !== undefined) parentPort.postMessage({});
  if (size !== undefined) {
    const options = after === undefined ? {} : { after: [{ call: after }] };
    const call = pool.unaryRpc(peer, new Uint8Array(size).fill(5), options);
    parentPort.postMessage({ token: call.token });
    const { body } = await call;
    parentPort.postMessage({ length: body.length });
  }
  if (close) {
    await pool.close();
    parentPort.postMessage({});
    parentPort.close();
  }
});
