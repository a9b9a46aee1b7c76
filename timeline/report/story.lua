-- Written by glancecap. Tells Wireshark which frames belong to the life of an
-- OpenStack image:
--
--   tshark -X lua_script:story.lua -r x.pcap -Y 'glancecap.step == "saving"'
--   wireshark -X lua_script:story.lua x.pcap      (columns: glancecap.image, ...)
--
-- It is for the capture that it was made of: it goes by frame numbers. Made of
-- several, it is for the first; for the second one say -X lua_script1:2.

local glancecap = Proto("glancecap", "glancecap: the life of images")
local field = {
  image = ProtoField.string("glancecap.image", "Image", base.UNICODE, "id and name of the image"),
  call = ProtoField.string("glancecap.call", "Call", base.UNICODE, "the call, as the report names it"),
  step = ProtoField.string("glancecap.step", "Step", base.UNICODE, "the state that the image came to"),
  why = ProtoField.string("glancecap.why", "Why", base.UNICODE, "the evidence"),
}
glancecap.fields = { field.image, field.call, field.step, field.why }
local stream_of = Field.new("tcp.stream")

local chosen = tonumber((...)) or 1 -- the number of the capture
local several = false -- captures: streams were counted over all of them
local names, steps, ranges = {}, {}, {}
local function image(id, name) names[id] = name end
local function step(capture, frame, ...)
  if capture ~= chosen then return end
  steps[frame] = steps[frame] or {}
  table.insert(steps[frame], { ... })
end
local function range(capture, stream, ...)
  if capture ~= chosen then return end
  ranges[stream] = ranges[stream] or {}
  table.insert(ranges[stream], { ... })
end

-- STORY

-- found gives the ranges of a stream that hold a frame. They are in order of
-- their first frames; those of pipelined messages overlap a little.
local function found(stream, frame)
  local all, low = ranges[stream], 0
  if not all then return {} end
  local high = #all
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if all[middle][1] <= frame then low = middle else high = middle - 1 end
  end
  local holding = {}
  for n = low, math.max(low - 16, 1), -1 do
    if all[n] and all[n][2] >= frame then table.insert(holding, 1, all[n]) end
  end
  return holding
end

-- ends names the connection of a frame by its addresses and ports.
local function ends(pinfo)
  local function at(address, port)
    local host = tostring(address)
    if host:find(":", 1, true) then host = "[" .. host .. "]" end
    return host .. ":" .. tostring(port)
  end
  local a, b = at(pinfo.src, pinfo.src_port), at(pinfo.dst, pinfo.dst_port)
  return a < b and a .. " " .. b or b .. " " .. a
end

function glancecap.dissector(buffer, pinfo, tree)
  local of, stream, branch = {}, stream_of(), nil
  local function add(what, text)
    if not text or text == "" or of[what .. "\0" .. text] then return end
    of[what .. "\0" .. text] = true
    branch = branch or tree:add(glancecap)
    branch:add(field[what], text)
  end
  local function add_image(id)
    if id == "" then return end
    add("image", names[id])
    add("image", id)
  end
  for _, s in ipairs(steps[pinfo.number] or {}) do
    add_image(s[1]); add("call", s[2]); add("step", s[3]); add("why", s[4])
  end
  if stream then
    for _, r in ipairs(found(several and ends(pinfo) or stream.value, pinfo.number)) do
      add_image(r[3]); add("call", r[4]); add("why", r[5])
    end
  end
end

register_postdissector(glancecap)
