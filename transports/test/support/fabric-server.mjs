// A server over libfabric in a process of its own: prints its address, and answers each request with as many bytes as it says.
import { PresharedSecret, createFabricPool } from '../../../dist/transports/index.js';

const [provider, bind, psk] = process.argv.slice(2);
const { pool, address } = await createFabricPool({
  provider,
  ...(bind === '' ? {} : { bind }),
  secret: PresharedSecret.fromHex(psk),
  fallback: false,
});
pool.serve(({ headers }) => ({ body: new Uint8Array(Number(headers['bytes'])).fill(7) }));
console.log(address);
// With its parent.
process.stdin.on('end', () => process.exit()).resume();
