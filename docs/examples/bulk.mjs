import { BulkTarget, createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

const photo = new Uint8Array(3_000_000).fill(7);

/** By name: a transfer that fails is resumed by another one into the same target.
 * @type {Map<string, BulkTarget>} */
const targets = new Map();
server.pool.serve({
  accept({ headers, sizeBytes }) {
    const name = headers['name'] ?? '';
    const target = targets.get(name) ?? new BulkTarget(new Uint8Array(sizeBytes));
    targets.set(name, target);
    return { into: target };
  },
});

const peer = await client.connect(server.address);
const controller = new AbortController();
const headers = { name: 'photo' };
await client.pool
  .rawBulkTransfer(peer, photo, {
    headers,
    signal: controller.signal,
    // Gives up when a third is there.
    onProgress: (bytes) => bytes > 1_000_000 && controller.abort(),
  })
  .catch((error) => console.log('first:', error.reason));

const before = targets.get('photo')?.arrivedBytes ?? 0;
await client.pool.rawBulkTransfer(peer, photo, { headers });
const target = targets.get('photo');
console.log(
  'second:',
  target?.arrivedBytes,
  'bytes are there, of which the first had brought some:',
  before > 0,
);
console.log('intact:', target?.bytes !== undefined && Buffer.compare(target.bytes, photo) === 0);

await Promise.all([client.close(), server.close()]);
