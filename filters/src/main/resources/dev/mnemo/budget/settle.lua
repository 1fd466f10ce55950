-- Puts what was spent in the place of what was held; once.
--
-- KEYS[1]    hold of this call (see reserve.lua); it stays for ten minutes as the mark that it is settled
-- KEYS[2]    leases of the tenant
-- KEYS[3..]  one per limit, as at the reserve
-- ARGV       for each limit: what was spent, in its unit; where this window began and ends, in epoch seconds
-- Returns    1, or 0 when the call was settled before
if redis.call('HGET', KEYS[1], 'settled') then
  return 0
end
local expired = redis.call('HGET', KEYS[1], 'expired')
for i = 3, #KEYS do
  local a = (i - 3) * 3 + 1
  local spent = ARGV[a]
  local hold = redis.call('HGET', KEYS[1], KEYS[i])
  if hold then
    local start, amount = string.match(hold, '^(%d+):(%d+)$')
    -- A window that is over keeps what was held in it; the one that has begun is not touched.
    if redis.call('HGET', KEYS[i], 'start') == start then
      redis.call('HINCRBY', KEYS[i], 'used', string.format('%.0f', tonumber(spent) - tonumber(amount)))
      -- A call that is passed through holds no tokens, and Redis takes no '-0'.
      if not expired and tonumber(amount) > 0 then
        redis.call('HINCRBY', KEYS[i], 'held', '-' .. amount)
      end
    end
  else
    -- Redis was away at the reserve: nothing is held, but this was used.
    local start = redis.call('HGET', KEYS[i], 'start')
    if not start or tonumber(start) < tonumber(ARGV[a + 1]) then
      redis.call('HSET', KEYS[i], 'start', ARGV[a + 1], 'used', 0, 'held', 0)
      redis.call('EXPIREAT', KEYS[i], tonumber(ARGV[a + 2]) + 86400)
    end
    redis.call('HINCRBY', KEYS[i], 'used', spent)
  end
end
redis.call('ZREM', KEYS[2], KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'settled', 1)
redis.call('EXPIRE', KEYS[1], 600)
return 1
