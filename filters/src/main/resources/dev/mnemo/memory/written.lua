-- Keeps what came of writing a user's profile. A block that stands stays as it is: the next conversation shows it.
--
-- KEYS[1]  profile of the user      KEYS[2]  erased
-- ARGV     the era in which it was begun; when it was tried before, or ''; when it was tried now; what was written, or '' to
--          leave it; seconds to live
-- Returns  1, or 0 when the user was erased, or the summary deleted, since: nothing was written
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] or (redis.call('HGET', KEYS[1], 'tried') or '') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'tried', ARGV[3])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'written', ARGV[4])
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
