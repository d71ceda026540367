import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

server.pool.serve(({ body }) => {
  const text = Buffer.from(body).toString();
  console.log('handled:', text);
  if (text === 'reserve b') throw new Error('sold out');
  return body;
});

const peer = await client.connect(server.address);
/** @param {string} text @param {import('dcquic').After[]} after */
const call = (text, after = []) => client.pool.unaryRpc(peer, Buffer.from(text), { after });

// Nothing waits here: the order is kept by the transport.
const reserveA = call('reserve a');
const payA = call('pay a', [{ call: reserveA }]);
// Goes on when the request has arrived, whatever its answer is.
const note = call('note', [{ call: payA, wait: 'request', cascade: false }]);
await Promise.all([reserveA, payA, note]);

const reserveB = call('reserve b');
const payB = call('pay b', [{ call: reserveB }]); // fails with it, and is not handled
const report = call('report', [{ call: payB, cascade: false }]); // goes on whatever becomes of it
const [, paid] = await Promise.allSettled([reserveB, payB, report]);
if (paid.status === 'rejected') console.log(paid.reason.reason, 'because', paid.reason.cause.message);

await Promise.all([client.close(), server.close()]);
