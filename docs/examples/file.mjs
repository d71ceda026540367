import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BulkTarget, createUdpPool, FileSink, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const folder = await mkdtemp(join(tmpdir(), 'dcquic-'));

server.pool.serve({
  // A service decides which names it takes; never join a path with what a peer sends.
  accept: ({ headers }) =>
    headers['name'] === 'model'
      ? { into: new BulkTarget(new FileSink(join(folder, 'model.bin'))) }
      : { reject: `there is no place for ${headers['name']}` },
});

const peer = await client.connect(server.address);
const model = new Uint8Array(3_000_000).fill(5);
await client.pool.rawBulkTransfer(peer, model, { headers: { name: 'model' } });
// Who has the answer knows that the file is synced and has its name.
console.log(await readdir(folder), (await readFile(join(folder, 'model.bin'))).equals(model));
await client.pool
  .rawBulkTransfer(peer, model, { headers: { name: 'passwd' } })
  .catch((error) => console.log(error.message));

await rm(folder, { recursive: true });
await Promise.all([client.close(), server.close()]);
