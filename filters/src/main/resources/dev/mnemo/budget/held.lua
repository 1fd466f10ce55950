-- Adds up what calls in flight hold of some counters; changes nothing.
--
-- KEYS[1..]  holds (see reserve.lua)
-- ARGV       names of counters
-- Returns    what is held of each
local held, reply = {}, {}
for _, key in ipairs(KEYS) do
  local hold = redis.call('GET', key)
  if hold and hold ~= 'settled' then
    hold = cmsgpack.unpack(hold)
    local i = 4
    for name in string.gmatch(hold[3], '%S+') do
      held[name] = (held[name] or 0) + hold[i]
      i = i + 1
    end
  end
end
for i, name in ipairs(ARGV) do
  reply[i] = held[name] or 0
end
return reply
