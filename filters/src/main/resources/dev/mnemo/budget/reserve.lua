-- Checks every limit and holds what was claimed, or changes nothing. It runs for each call of a tenant, one at a time: so as
-- few commands are called as will do.
--
-- KEYS[1]    hold of this call: {when, granted, names of the counters, amount of each …}, packed; or 'settled'
-- KEYS[2]    leases of the tenant: its holds by the second in which they end
-- KEYS[3..]  one counter per limit, by kind:
--            calendar windows: a number, what was used in this one, holds included. The window is part of the name.
--            minutes: a hash, what began in each second of the last one, and the sum of those 'before' second 'at'
--            calls in flight: a sorted set of holds by the second in which their lease ends
-- ARGV       how many of the counters are windows, and how many minutes; tokens of context that are wished for; seconds of
--            a lease, or 0 to hold nothing; from when and until when these windows are the right ones; names of the counters; then for each
--            limit: the most that may be used before this call, what it must have, what each token of context takes, and
--            when the counter may be forgotten
-- Returns    {now, verdict, granted, used of each limit}. Verdict 1: so many tokens of context are granted. 0: not all limits
--            have room; behind what is used stands for each limit 0 where it has, else 1, and for a minute in how many
--            seconds it will. -1: by Redis' clock the windows are wrong.
local call = redis.call
local time = redis.call('TIME')[1]
local now = tonumber(time)
if now < tonumber(ARGV[5]) or now >= tonumber(ARGV[6]) then
  return {now, -1, 0}
end
local windows, wish = tonumber(ARGV[1]), tonumber(ARGV[3])
local minutes = windows + tonumber(ARGV[2])
local limits = #KEYS - 2
local holds = ARGV[4] ~= '0'

local used = windows > 0 and call('MGET', unpack(KEYS, 3, 2 + windows)) or {}
local granted, refused, lacking = wish, false, {}
for i = 1, limits do
  local key, a = KEYS[2 + i], 3 + 4 * i
  if i <= windows then
    used[i] = tonumber(used[i] or 0)
  elseif i <= minutes then
    -- The sum of 61 seconds, as the first of them may be half over: no minute, whenever it begins, has more than the limit.
    local state = call('HMGET', key, 'at', 'before', time)
    local this, before = state[3] or 0, 0
    if state[1] == time then
      before = tonumber(state[2])
    else
      local fields = call('HGETALL', key)
      for f = 1, #fields, 2 do
        local second = tonumber(fields[f])
        if second and second < now - 60 then
          call('HDEL', key, fields[f])
        elseif second and second ~= now then
          before = before + fields[f + 1]
        end
      end
      if holds then
        call('HSET', key, 'at', time, 'before', before)
        call('EXPIRE', key, '120')
      end
    end
    used[i] = before + this
  else
    call('ZREMRANGEBYSCORE', key, '-inf', time)
    used[i] = call('ZCARD', key)
  end
  local room, rate = ARGV[a + 1] - used[i], tonumber(ARGV[a + 3])
  lacking[i] = math.max(0, -room)
  if room < 0 then
    refused = true
  elseif rate > 0 and room < granted * rate then
    granted = math.floor(room / rate)
  end
end

local hold = {now, granted, ARGV[7]}
for i = 1, limits do
  hold[3 + i] = ARGV[5 + 4 * i] + granted * ARGV[6 + 4 * i]
end
-- It is kept far longer than its lease, so that a settle that comes late finds what was reserved.
local fresh = not refused and holds and call('SET', KEYS[1], cmsgpack.pack(hold), 'EX', '86400', 'NX')
local known = not fresh and call('GET', KEYS[1])
local reply
if known then
  -- Sent again; or its client left, and it was settled before it came here.
  reply = {now, 1, known == 'settled' and 0 or cmsgpack.unpack(known)[2]}
elseif refused then
  reply = {now, 0, 0}
elseif not fresh then
  -- It was only asked.
  reply = {now, 1, granted}
else
  reply = {now, 1, granted}
  local ends = now + ARGV[4]
  for i = 1, limits do
    local key, amount = KEYS[2 + i], hold[3 + i]
    if i > minutes then
      call('ZADD', key, ends, KEYS[1])
      call('EXPIRE', key, ARGV[4] + 60)
    elseif amount > 0 and i > windows then
      call('HINCRBY', key, time, amount)
    elseif amount > 0 and call('INCRBY', key, amount) == amount then
      call('EXPIREAT', key, ARGV[7 + 4 * i])
    end
    used[i] = used[i] + amount
  end
  call('ZADD', KEYS[2], ends, KEYS[1])
end
for i = 1, limits do
  reply[3 + i] = used[i]
end
if reply[2] == 0 then
  for i = 1, limits do
    local wait = lacking[i] > 0 and 1 or 0
    if wait == 1 and i > windows and i <= minutes then
      -- In how many seconds so much of the last minute is over as is lacking.
      wait = 60
      local seconds, amounts = {}, {}
      local fields = call('HGETALL', KEYS[2 + i])
      for f = 1, #fields, 2 do
        local second = tonumber(fields[f])
        if second then
          seconds[#seconds + 1] = second
          amounts[second] = tonumber(fields[f + 1])
        end
      end
      table.sort(seconds)
      for _, second in ipairs(seconds) do
        lacking[i] = lacking[i] - amounts[second]
        if lacking[i] <= 0 then
          wait = second + 61 - now
          break
        end
      end
    end
    reply[3 + limits + i] = wait
  end
end
return reply
