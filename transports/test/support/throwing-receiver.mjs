// argv: the library that calls C. A receiver that throws at the first datagram: prints what the process was told, and that the second came.
import { TransmitBuffer } from '../../../dist/protocol/transmit.js';
import { bindUdp } from '../../../dist/transports/udp/bind.js';

const options = { address: '127.0.0.1', ffi: [process.argv[2]] };
const unreachable = () => {};
const sender = await bindUdp(options);
const port = await bindUdp(options);
let received = 0;
port.receive({
  datagram: () => {
    received += 1;
    if (received === 1) throw new Error('the first datagram');
    console.log('the second datagram');
    port.close();
    sender.close();
  },
  unreachable,
});
const send = () => {
  const run = new TransmitBuffer(1);
  Object.assign(run, { destination: port.addresses[0], segmentBytes: 1, lengthBytes: 1 });
  sender.send(run, () => {});
};
process.on('uncaughtException', ({ message }) => {
  console.log(message);
  send();
});
send();
