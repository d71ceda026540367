// A pool of two workers in a process of its own: prints its addresses as JSON. It answers at once, or, asked with the header `hold`, never.
import { PresharedSecret, createPool } from '../../../dist/transports/index.js';

const [psk, bind] = process.argv.slice(2);
const pool = await createPool({ secret: PresharedSecret.fromHex(psk), bind, cores: 2 });
pool.serve(({ body, headers }) => (headers['hold'] === undefined ? body : new Promise(() => {})));
console.log(JSON.stringify(pool.addresses));
// With its parent.
process.stdin.on('end', () => process.exit()).resume();
