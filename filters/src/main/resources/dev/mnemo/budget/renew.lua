-- Prolongs the leases of calls in flight, drops those that are over, and counts its own runs.
--
-- KEYS[1]    leases of the tenant
-- KEYS[2]    how often this has run for the tenant: it only rises, unless Redis has lost what was written
-- KEYS[3..]  for each call its hold, and then its counters of calls in flight (see reserve.lua)
-- ARGV       seconds of a lease; then for each call how many such counters it has
-- Returns    {runs, then for each call 1, or 0 when Redis does not know its hold}
local now = tonumber(redis.call('TIME')[1])
local lease = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local reply = {redis.call('INCR', KEYS[2])}
redis.call('EXPIRE', KEYS[2], 90 * 86400)
local next = 3
for i = 2, #ARGV do
  local hold = redis.call('GET', KEYS[next])
  reply[i] = hold and 1 or 0
  for counter = next + 1, next + ARGV[i] do
    if hold and hold ~= 'settled' then
      redis.call('ZADD', KEYS[counter], now + lease, KEYS[next])
      redis.call('EXPIRE', KEYS[counter], lease + 60)
    end
  end
  if hold and hold ~= 'settled' then
    redis.call('ZADD', KEYS[1], now + lease, KEYS[next])
    redis.call('EXPIRE', KEYS[next], 86400)
  end
  next = next + ARGV[i] + 1
end
redis.call('EXPIRE', KEYS[1], lease + 86400)
return reply
