-- Generated from spec/wire.yaml by `npm run generate`. Do not edit.
-- Headers of dcQUIC v2 packets for Wireshark: tshark -X lua_script:spec/dcquic.lua -r FILE, or copy it to the folder of
-- personal Lua plugins. Frames are sealed and not shown.
local VERSION = 2
local KINDS = { [0] = "control", [1] = "data" }
local dcquic = Proto("dcquic", "dcQUIC")
local malformed = ProtoExpert.new("dcquic.malformed", "No dcQUIC packet", expert.group.MALFORMED, expert.severity.ERROR)
local fields = {
  kind = ProtoField.uint8("dcquic.kind", "Kind", base.DEC, KINDS, 0xc0),
  version = ProtoField.uint8("dcquic.version", "Version", base.DEC, nil, 0x30),
  control_reused = ProtoField.bool("dcquic.control.reused", "reused", 8, nil, 0x01, "An earlier incarnation of the sender may have used the path secret."),
  control_patient = ProtoField.bool("dcquic.control.patient", "patient", 8, nil, 0x02, "Its acknowledgement may wait for another packet to its sender."),
  control_length = ProtoField.uint16("dcquic.control.length", "length", base.DEC, nil, nil, "Whole packet, header and tag included."),
  control_credential = ProtoField.bytes("dcquic.control.credential", "credential", base.NONE, "Path secret both sides share."),
  control_epoch = ProtoField.uint64("dcquic.control.epoch", "epoch", base.HEX, nil, nil, "One incarnation of the sender's state for this peer; random."),
  control_worker = ProtoField.uint8("dcquic.control.worker", "worker", base.DEC, nil, nil, "Sending worker."),
  control_receiver_tag = ProtoField.uint32("dcquic.control.receiver_tag", "receiverTag", base.DEC, nil, nil, "Low half of the epoch of its receiver that it is meant for; 0 if the sender holds none for current."),
  control_key_phase = ProtoField.uint64("dcquic.control.key_phase", "keyPhase", base.DEC, nil, nil, "Control key generation, starts at 0, only grows."),
  control_packet_number = ProtoField.uint64("dcquic.control.packet_number", "packetNumber", base.DEC, nil, nil, "Grows by at least 1 per packet of an epoch and worker, across key phases."),
  control_sealed = ProtoField.bytes("dcquic.control.sealed", "sealed", base.NONE, "Frames, then the 16-byte tag."),
  data_retransmission = ProtoField.bool("dcquic.data.retransmission", "retransmission", 8, nil, 0x01, "Begins below the end of what was sent of the transfer before."),
  data_congested = ProtoField.bool("dcquic.data.congested", "congested", 8, nil, 0x02, "More was pulled of its sender than its link carries now."),
  data_crowded = ProtoField.bool("dcquic.data.crowded", "crowded", 8, nil, 0x04, "More was announced to its sender than it can pull soon."),
  data_length = ProtoField.uint16("dcquic.data.length", "length", base.DEC, nil, nil, "Whole packet."),
  data_pull_slot = ProtoField.uint32("dcquic.data.pull_slot", "pullSlot", base.DEC, nil, nil, "The receiver's slot, from PULL_REQUEST."),
  data_token = ProtoField.uint64("dcquic.data.token", "token", base.HEX, nil, nil, "Pull token, from PULL_REQUEST."),
  data_offset = ProtoField.uint64("dcquic.data.offset", "offset", base.DEC, nil, nil, "Of the payload in the sealed message."),
  data_payload = ProtoField.bytes("dcquic.data.payload", "payload", base.NONE, "Sealed record bytes."),
}
dcquic.fields = fields
dcquic.experts = { malformed }

-- In the order of the wire; size 0: up to the end of the packet, -1: a varint (RFC 9000 section 16).
local PACKETS = {
  [0] = {
    flags = { fields.control_reused, fields.control_patient },
    { name = "length", field = fields.control_length, size = 2, shown = false },
    { name = "credential", field = fields.control_credential, size = 16, shown = false },
    { name = "epoch", field = fields.control_epoch, size = 8, shown = false },
    { name = "worker", field = fields.control_worker, size = 1, shown = true },
    { name = "receiverTag", field = fields.control_receiver_tag, size = 4, shown = true },
    { name = "keyPhase", field = fields.control_key_phase, size = -1, shown = true },
    { name = "packetNumber", field = fields.control_packet_number, size = -1, shown = true },
    { name = "sealed", field = fields.control_sealed, size = 0, shown = false },
  },
  [1] = {
    flags = { fields.data_retransmission, fields.data_congested, fields.data_crowded },
    { name = "length", field = fields.data_length, size = 2, shown = false },
    { name = "pullSlot", field = fields.data_pull_slot, size = 4, shown = true },
    { name = "token", field = fields.data_token, size = 8, shown = false },
    { name = "offset", field = fields.data_offset, size = -1, shown = true },
    { name = "payload", field = fields.data_payload, size = 0, shown = false },
  },
}

local SIZES = { 1, 2, 4, 8 }
local LOW_62_BITS = UInt64.new(0xffffffff, 0x3fffffff)

local function varint(range)
  local value = range:len() == 8 and range:uint64() or UInt64.new(range:uint())
  local bits = 8 * range:len() - 2
  local mask = bits == 62 and LOW_62_BITS or UInt64.new(2 ^ bits - 1)
  return value:band(mask)
end

-- Adds the packet that begins at `at`. Returns where it ends, nil if it is none, and what it is in a few words.
local function add_packet(tvb, at, root)
  local first = tvb(at, 1)
  local kind = first:bitfield(0, 2)
  local packet = PACKETS[kind]
  local tree = root:add(dcquic, tvb(at))
  tree:add(fields.kind, first)
  tree:add(fields.version, first)
  if packet == nil or first:bitfield(2, 2) ~= VERSION then
    tree:add_proto_expert_info(malformed, "unknown kind or version")
    return nil, "unknown"
  end
  for _, flag in ipairs(packet.flags) do tree:add(flag, first) end
  local limit = tvb:len()
  local start = at
  local words = { KINDS[kind] }
  at = at + 1
  for _, part in ipairs(packet) do
    local size = part.size
    if size == 0 then size = limit - at end
    if size < 0 then size = at < limit and SIZES[math.floor(tvb(at, 1):uint() / 64) + 1] or 1 end
    if at + size > limit then
      tree:add_proto_expert_info(malformed, "ends inside " .. part.name)
      return nil, "truncated " .. KINDS[kind]
    end
    if size > 0 then
      local range = tvb(at, size)
      local text
      if part.size < 0 then
        local value = varint(range)
        tree:add(part.field, range, value)
        text = tostring(value)
      else
        tree:add(part.field, range)
        text = size <= 4 and tostring(range:uint()) or ""
      end
      if part.shown then words[#words + 1] = part.name .. "=" .. text end
      if part.name == "length" then
        if start + range:uint() > limit then
          tree:add_proto_expert_info(malformed, "longer than its datagram")
          return nil, "truncated " .. KINDS[kind]
        end
        limit = start + range:uint()
      end
    end
    at = at + size
  end
  tree:set_len(limit - start)
  tree:append_text(" " .. KINDS[kind])
  return limit, table.concat(words, " ")
end

function dcquic.dissector(tvb, pinfo, root)
  pinfo.cols.protocol = "dcQUIC"
  local packets = {}
  local at = 0
  while at ~= nil and at < tvb:len() do
    local text
    at, text = add_packet(tvb, at, root)
    packets[#packets + 1] = text
  end
  pinfo.cols.info = table.concat(packets, ", ")
  return tvb:len()
end

DissectorTable.get("udp.port"):add(4433, dcquic)
DissectorTable.get("udp.port"):add_for_decode_as(dcquic)
