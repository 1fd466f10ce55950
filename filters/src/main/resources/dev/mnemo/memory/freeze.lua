-- Keeps a conversation's block, and its name, so that erasing the user finds it.
--
-- KEYS[1]  snapshot of the conversation      KEYS[2]  conversations, or tails      KEYS[3]  erased
-- KEYS[4]  profile of the user
-- ARGV     the era in which the call began; block (bytes 2 to 9 are its revision); seconds to live; what the key's name ends in, and how it begins;
--          how many conversations may have a block, and seconds for which their names are kept at least
-- Returns  1, or 0 when the user was erased since, or something that it may quote was forgotten
if (redis.call('GET', KEYS[3]) or '') ~= ARGV[1] then
  return 0
end
local forgot = tonumber(redis.call('HGET', KEYS[4], 'forgot') or '0')
if forgot > 0 then
  local revision = 0
  for i = 2, 9 do
    revision = revision * 256 + string.byte(ARGV[2], i)
  end
  if revision < forgot then
    return 0
  end
end
if not redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3], 'GET') then
  redis.call('LREM', KEYS[2], 0, ARGV[4])
  local names = redis.call('LPUSH', KEYS[2], ARGV[4])
  while names > tonumber(ARGV[6]) do
    redis.call('UNLINK', ARGV[5] .. redis.call('RPOP', KEYS[2]))
    names = names - 1
  end
end
-- Never sooner than before: blocks of a time when the tenant kept users for longer are still named.
if redis.call('TTL', KEYS[2]) < tonumber(ARGV[7]) then
  redis.call('EXPIRE', KEYS[2], ARGV[7])
end
return 1
