-- Puts what was used in the place of what was held, and writes it down; once.
--
-- KEYS[1]    hold of this call (see reserve.lua); it stays for ten minutes as the mark that it is settled
-- KEYS[2]    leases of the tenant
-- KEYS[3]    what the tenant used on this day: a hash of rows, each ten numbers of eight bytes
-- KEYS[4..]  one counter per limit, as at the reserve
-- ARGV       how many of the counters are windows, and how many minutes; 'charge' or 'correct': what to do where nothing is
--            held; the name of the row, and the one for all beyond the most that a day may have; what is added to it; when
--            the day may be forgotten; names of the counters; then for each limit: what was used, and when the counter may
--            be forgotten
-- Returns    1; 0 when there was nothing to do; or, when other counters are held than these, the second in which they were
--            held: nothing is changed then
local MOST = 10000
local NUMBERS = '>i8i8i8i8i8i8i8i8i8i8'
local call = redis.call
-- Read and marked with one command. It is marked before anything is counted: should a script break off half-way, it must not
-- be counted again.
local packed = call('SET', KEYS[1], 'settled', 'EX', '600', 'GET')
if packed == 'settled' then
  return 0
elseif not packed and ARGV[3] == 'correct' then
  call('DEL', KEYS[1])
  return 0
end
local hold = packed and cmsgpack.unpack(packed)
if hold and hold[3] ~= ARGV[8] then
  -- The replica has not heard in which windows it was held.
  call('SET', KEYS[1], packed, 'EX', '86400')
  return hold[1]
end
if hold then
  call('ZREM', KEYS[2], KEYS[1])
end
local windows = tonumber(ARGV[1])
local minutes = windows + tonumber(ARGV[2])
for i = 1, #KEYS - 3 do
  local key, a = KEYS[3 + i], 7 + 2 * i
  local change = ARGV[a] - (hold and hold[3 + i] or 0)
  if i > minutes then
    call('ZREM', key, KEYS[1])
  elseif change == 0 then
    -- Already so.
  elseif i <= windows then
    local sum = call('INCRBY', key, change)
    if sum == change then
      call('EXPIREAT', key, ARGV[a + 1])
    end
    if sum < 0 then
      -- Redis has lost what was held: it cannot be given back.
      call('INCRBY', key, -sum)
    end
  else
    -- Without a hold it counts from now. A second that is no part of the last minute any more is left alone.
    local at = call('HGET', key, 'at')
    local second = hold and hold[1] or tonumber(redis.call('TIME')[1])
    if not hold or call('HEXISTS', key, second) == 1 then
      call('HINCRBY', key, second, change)
      if at and second < tonumber(at) then
        call('HINCRBY', key, 'before', change)
      end
      call('EXPIRE', key, '120')
    end
  end
end

-- A call that nobody has seen is no line of the book.
local row, numbers = ARGV[4], ARGV[6]
if numbers ~= string.rep('\0', 80) then
  local before = call('HGET', KEYS[3], row)
  if not before and call('HLEN', KEYS[3]) >= MOST then
    row = ARGV[5]
    before = call('HGET', KEYS[3], row)
  end
  if before and #before == 80 then
    local sum, more = {struct.unpack(NUMBERS, before)}, {struct.unpack(NUMBERS, numbers)}
    for i = 1, 10 do
      sum[i] = sum[i] + more[i]
    end
    numbers = struct.pack(NUMBERS, unpack(sum, 1, 10))
  end
  if call('HSET', KEYS[3], row, numbers) == 1 then
    call('EXPIREAT', KEYS[3], ARGV[7])
  end
end
return 1
