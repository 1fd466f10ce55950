-- Checks every limit and holds what was claimed, or changes nothing.
--
-- KEYS[1]    hold of this call: a hash, field 'granted', field <key of a limit> = '<window start>:<amount held>'
-- KEYS[2]    leases of the tenant: a sorted set of holds by the second in which they expire
-- KEYS[3..]  one per limit: a hash {start, used, held}; used includes held
-- ARGV       must, wish (tokens), lease (seconds), then for each limit: unit 't' or 'r', amount,
--            and four edges in epoch seconds: where the window before began, this one begins, ends, the next one ends
-- Returns    {granted or -1, index of the limit without room (from 0), then for each limit: used, seconds to its reset}
local now = tonumber(redis.call('TIME')[1])
local must, wish, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

-- A replica that died left its holds behind. They are part of 'used' already; only 'held' has to be put right.
local dead = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 8)
for _, hold in ipairs(dead) do
  local fields = redis.call('HGETALL', hold)
  for i = 1, #fields, 2 do
    local start, amount = string.match(fields[i + 1], '^(%d+):(%d+)$')
    if start and tonumber(amount) > 0 and redis.call('HGET', fields[i], 'start') == start then
      -- Whatever is wrong with a dead hold, it must not stand in the way of the living.
      redis.pcall('HINCRBY', fields[i], 'held', '-' .. amount)
    end
  end
  redis.call('ZREM', KEYS[2], hold)
  redis.call('HSET', hold, 'expired', 1)
end

-- A call whose client left may be settled before its reservation arrives; then there is nothing to hold any more.
local hold = redis.call('HMGET', KEYS[1], 'granted', 'settled')
local known = hold[1] or (hold[2] and '0')
local granted, refused = wish, -1
local limits = {}
for i = 3, #KEYS do
  local a = 4 + (i - 3) * 6
  local amount, first, start, finish, after =
    tonumber(ARGV[a + 1]), ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local resets = tonumber(finish)
  if now >= tonumber(finish) then
    start, resets = finish, tonumber(after)
  elseif now < tonumber(start) then
    start, resets = first, tonumber(start)
  end
  local state = redis.call('HMGET', KEYS[i], 'start', 'used')
  local fresh = state[1] ~= start
  local used = fresh and 0 or tonumber(state[2])
  local tokens = ARGV[a] == 't'
  local room = amount - used
  if tokens then
    room = room - must
    if room < granted then
      granted = room
    end
  else
    room = room - 1
  end
  if room < 0 and refused < 0 then
    refused = i - 3
  end
  limits[i] = {start = start, fresh = fresh, used = used, tokens = tokens, resets = resets}
end

local reply = {0, refused}
if known then
  reply[1], reply[2] = tonumber(known), -1
elseif refused >= 0 then
  reply[1] = -1
else
  reply[1] = granted
  redis.call('HSET', KEYS[1], 'granted', granted)
  for i = 3, #KEYS do
    local limit = limits[i]
    local amount = limit.tokens and must + granted or 1
    if limit.fresh then
      redis.call('HSET', KEYS[i], 'start', limit.start, 'used', 0, 'held', 0)
      redis.call('EXPIREAT', KEYS[i], limit.resets + 86400)
    end
    local text = string.format('%.0f', amount)
    limit.used = redis.call('HINCRBY', KEYS[i], 'used', text)
    redis.call('HINCRBY', KEYS[i], 'held', text)
    redis.call('HSET', KEYS[1], KEYS[i], limit.start .. ':' .. text)
  end
  redis.call('EXPIRE', KEYS[1], lease + 3600)
  redis.call('ZADD', KEYS[2], now + lease, KEYS[1])
  redis.call('EXPIRE', KEYS[2], lease + 86400)
end
for i = 3, #KEYS do
  reply[#reply + 1] = limits[i].used
  reply[#reply + 1] = limits[i].resets - now
end
return reply
