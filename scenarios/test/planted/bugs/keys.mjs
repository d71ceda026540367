/** @type {import('../../../../tools/planted/bug.ts').PlantedBug[]} Keys, nonces, replays. */
export const bugs = [
  {
    name: 'replay-not-recorded',
    what: 'the number of a packet is checked, and never entered into the window',
    file: 'protocol/control/control-reader.ts',
    find: 'remote.window.add(packetNumber);',
    replace: '',
  },
  {
    name: 'replay-window-wraps',
    what: 'numbers that the window skipped are remembered as those seen a window before',
    file: 'protocol/keys/replay-window.ts',
    find: 'this.clear(i % WINDOW);',
    replace: 'if (i === packetNumber) this.clear(i % WINDOW);',
  },
  {
    name: 'replay-after-restart',
    what: 'packets from before a restart are accepted after it: the floor is not raised',
    file: 'protocol/control/control-reader.ts',
    find: 'remote.window.raiseFloor(READ.control.packetNumber - 1);',
    replace: '',
  },
  {
    name: 'rotation-keeps-key',
    what: 'the key of the next phase is derived before the phase is counted on: packets name one phase and are sealed in another',
    file: 'protocol/keys/control-keys.ts',
    find: 'this.phase += 1;\n      this.key = this.derive(this.phase);',
    replace: 'this.key = this.derive(this.phase);\n      this.phase += 1;',
  },
  {
    name: 'rotation-one-late',
    what: 'a key seals one packet more than it may',
    file: 'protocol/keys/control-keys.ts',
    find: 'this.packets >= this.packetsMax',
    replace: 'this.packets > this.packetsMax',
  },
  {
    name: 'rotation-restarts-numbers',
    what: 'packet numbers begin anew with each key, and the receiver takes them for replays',
    file: 'protocol/control/control-writer.ts',
    find: 'header.keyPhase = phaseKey.phase;',
    replace:
      'if (header.keyPhase !== phaseKey.phase) peer.nextPacketNumber = 0;\n    header.keyPhase = phaseKey.phase;',
  },
  {
    name: 'phase-not-followed',
    what: 'the receiver takes the key of a new phase and still counts itself in the old one',
    file: 'protocol/keys/control-keys.ts',
    find: 'this.phase = phase;\n    this.candidate = undefined;',
    replace: 'this.candidate = undefined;',
  },
  {
    name: 'epoch-not-compared',
    what: 'any incarnation of a worker counts as the one known: a restart is taken for a forgery',
    file: 'protocol/control/control-reader.ts',
    find: 'remote.epoch.hi === epochHi && remote.epoch.lo === epochLo &&',
    replace: '',
  },
  {
    name: 'former-self-obeyed',
    what: 'packets that were meant for a former incarnation act on the present one',
    file: 'protocol/control/control-reader.ts',
    find: 'receiverTag !== 0 && receiverTag !== peer.epoch.lo',
    replace: 'false && receiverTag !== 0',
  },
  {
    name: 'record-sealed-again',
    what: 'a record is dropped when its last byte is sent, and sealed again if that is pulled once more',
    file: 'protocol/records/sealed-buffer.ts',
    find: 'out.set(this.record(index).subarray(start - base, stop - base), at);',
    replace:
      'const record = this.record(index);\n        out.set(record.subarray(start - base, stop - base), at);\n        if (stop === base + recordLength(index, this.sealedBytes)) {\n          records.sealed[index] = undefined;\n          this.pool.give(record);\n        }',
  },
  {
    name: 'aad-without-length',
    what: 'records are not bound to the size of their message',
    file: 'protocol/records/sealed-buffer.ts',
    find: 'sizeBytes >>> 0,',
    replace: '0,',
  },
];
