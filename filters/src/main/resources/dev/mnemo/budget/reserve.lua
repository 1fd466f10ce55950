-- Checks every limit and holds what was claimed, or changes nothing.
--
-- KEYS[1]    hold of this call: {when, granted, names of the counters, amount of each}, packed; or 'settled'
-- KEYS[2]    leases of the tenant: its holds by the second in which they end
-- KEYS[3..]  one counter per limit, by kind:
--            calendar windows: a number, what was used in this one, holds included. The window is part of the name.
--            minutes: a hash, the 'sum' of the last minute as of second 'at', and what began in each second of it
--            calls in flight: a sorted set of holds by the second in which their lease ends
-- ARGV       how many of the counters are windows, and how many minutes; tokens of context that are wished for; seconds of
--            a lease; from when and until when these windows are the right ones; names of the counters; then for each
--            limit: the most that may be used before this call, what it must have, what each token of context takes, and
--            when the counter may be forgotten
-- Returns    {now, verdict, n, used of each limit}. Verdict 1: n tokens of context are granted. 0: limit n (from 0) has no
--            room, for a minute with one more number: in how many seconds it has. -1: by Redis' clock the windows are wrong.
local now = tonumber(redis.call('TIME')[1])
if now < tonumber(ARGV[5]) or now >= tonumber(ARGV[6]) then
  return {now, -1, 0}
end
local windows, wish = tonumber(ARGV[1]), tonumber(ARGV[3])
local minutes = windows + tonumber(ARGV[2])
local limits = #KEYS - 2

-- The sum of 61 seconds, as the first of them may be half over: no minute, whenever it begins, has more than the limit.
local function lastMinute(key)
  local state = redis.call('HMGET', key, 'at', 'sum')
  if tonumber(state[1]) == now then
    return tonumber(state[2])
  end
  local sum = 0
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local second = tonumber(fields[i])
    if second and second < now - 60 then
      redis.call('HDEL', key, fields[i])
    elseif second then
      sum = sum + fields[i + 1]
    end
  end
  redis.call('HSET', key, 'at', now, 'sum', sum)
  redis.call('EXPIRE', key, 120)
  return sum
end

-- In how many seconds so much of the last minute is over.
local function wait(key, much)
  local seconds, amounts = {}, {}
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local second = tonumber(fields[i])
    if second then
      seconds[#seconds + 1] = second
      amounts[second] = tonumber(fields[i + 1])
    end
  end
  table.sort(seconds)
  for _, second in ipairs(seconds) do
    much = much - amounts[second]
    if much <= 0 then
      return second + 61 - now
    end
  end
  return 60
end

local used = windows > 0 and redis.call('MGET', unpack(KEYS, 3, 2 + windows)) or {}
local granted, refused, lacking = wish, -1, 0
for i = 1, limits do
  local key, a = KEYS[2 + i], 3 + 4 * i
  if i <= windows then
    used[i] = tonumber(used[i] or 0)
  elseif i <= minutes then
    used[i] = lastMinute(key)
  else
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    used[i] = redis.call('ZCARD', key)
  end
  local room, rate = ARGV[a + 1] - used[i], tonumber(ARGV[a + 3])
  if room < 0 and refused < 0 then
    refused, lacking = i, -room
  elseif rate > 0 and room < granted * rate then
    granted = math.floor(room / rate)
  end
end

local known = redis.call('GET', KEYS[1])
local reply
if known then
  -- Sent again; or its client left, and it was settled before it came here.
  reply = {now, 1, known == 'settled' and 0 or cmsgpack.unpack(known)[2]}
elseif refused > 0 then
  reply = {now, 0, refused - 1}
else
  reply = {now, 1, granted}
  local hold = {now, granted, ARGV[7]}
  for i = 1, limits do
    local key, a = KEYS[2 + i], 3 + 4 * i
    local amount = ARGV[a + 2] + granted * ARGV[a + 3]
    if i > minutes then
      redis.call('ZADD', key, now + ARGV[4], KEYS[1])
      redis.call('EXPIRE', key, ARGV[4] + 60)
    elseif amount > 0 and i > windows then
      redis.call('HINCRBY', key, now, amount)
      redis.call('HINCRBY', key, 'sum', amount)
    elseif amount > 0 and redis.call('INCRBY', key, amount) == amount then
      redis.call('EXPIREAT', key, ARGV[a + 4])
    end
    used[i] = used[i] + amount
    hold[3 + i] = amount
  end
  -- Far longer than its lease, so that a settle that comes late finds what was reserved.
  redis.call('SET', KEYS[1], cmsgpack.pack(hold), 'EX', 86400)
  redis.call('ZADD', KEYS[2], now + ARGV[4], KEYS[1])
end
for i = 1, limits do
  reply[3 + i] = used[i]
end
if reply[2] == 0 and refused > windows and refused <= minutes then
  reply[4 + limits] = wait(KEYS[2 + refused], lacking)
end
return reply
