-- Adds what one replica has learned of models to what all have, and tells it the sum.
--
-- KEYS[1]  ratios of the tenant: a hash, model -> numbers with spaces between
-- ARGV     '1' to be told of every model, or '0'; then for each model: its name, from how many calls, the numbers
-- Returns  {model, numbers, ...}: of the models given, or of all
local half_life, most, ttl = 50, 200, 90 * 86400
local reply = {}
for i = 2, #ARGV, 3 do
  local model, calls, numbers = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local before = redis.call('HGET', KEYS[1], model)
  if before then
    local keep, sums = 0.5 ^ (calls / half_life), {}
    local next_number = string.gmatch(numbers, '%S+')
    for number in string.gmatch(before, '%S+') do
      sums[#sums + 1] = string.format('%.8g', (tonumber(number) or 0) * keep + (tonumber(next_number() or '0') or 0))
    end
    numbers = table.concat(sums, ' ')
  end
  -- Clients choose the names of models; those that came first stay.
  if before or redis.call('HLEN', KEYS[1]) < most then
    redis.call('HSET', KEYS[1], model, numbers)
    redis.call('EXPIRE', KEYS[1], ttl)
    reply[#reply + 1] = model
    reply[#reply + 1] = numbers
  end
end
if ARGV[1] == '1' then
  return redis.call('HGETALL', KEYS[1])
end
return reply
