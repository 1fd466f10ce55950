-- Reads how counters stand; changes nothing.
--
-- KEYS[1..]  counters (see reserve.lua)
-- ARGV       how many of them are windows, and how many minutes
-- Returns    {now, used of each}
local now = tonumber(redis.call('TIME')[1])
local windows = tonumber(ARGV[1])
local minutes = windows + tonumber(ARGV[2])
local reply = {now}
for i, key in ipairs(KEYS) do
  local used = 0
  if i <= windows then
    used = tonumber(redis.call('GET', key) or 0)
  elseif i <= minutes then
    local fields = redis.call('HGETALL', key)
    for f = 1, #fields, 2 do
      if (tonumber(fields[f]) or 0) >= now - 60 then
        used = used + fields[f + 1]
      end
    end
  else
    used = redis.call('ZCOUNT', key, '(' .. now, '+inf')
  end
  reply[1 + i] = used
end
return reply
