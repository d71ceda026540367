/** A pool in a thread of its own. Told to call, it says the token of the call, then how it ended; told to issue, it issues tokens of the map and says which. */
import { parentPort, workerData } from 'node:worker_threads';
import { CausalityMap } from '../../../dist/protocol/index.js';
import { PresharedSecret } from '../../../dist/transports/psk/preshared-secret.js';
import { createUdpPool } from '../../../dist/transports/udp/index.js';

const { secret, server, tokens } = workerData;
const udp = await createUdpPool({ secret: PresharedSecret.fromHex(secret), bind: '127.0.0.1:0', tokens });
const peer = await udp.connect(server);

function issue(count) {
  const map = new CausalityMap(tokens);
  const issued = Array.from({ length: count }, () => map.issue());
  for (const token of issued) map.advance(token, 'arrive');
  return issued;
}

parentPort.on('message', async ({ call, count, close }) => {
  if (close) await udp.close();
  if (close) parentPort.close();
  if (count !== undefined) parentPort.postMessage({ issued: issue(count) });
  if (call === undefined) return;
  const promise = udp.pool.unaryRpc(peer, call);
  parentPort.postMessage({ token: promise.token });
  await promise.then(
    () => parentPort.postMessage({ end: 'ok' }),
    ({ reason }) => parentPort.postMessage({ end: reason }),
  );
});
parentPort.postMessage({ ready: true });
