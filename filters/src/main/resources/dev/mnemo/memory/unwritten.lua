-- Deletes the summary of a user: what was added up, and what was written. Whatever is still being made of it is dropped.
--
-- KEYS[1]  profile of the user
-- ARGV     when it was tried, as from now on
-- Returns  how much there was: 0 to 2
local deleted = redis.call('HDEL', KEYS[1], 'patterns', 'written')
if redis.call('EXISTS', KEYS[1]) == 1 then
  local profile = redis.call('HMGET', KEYS[1], 'revision', 'version')
  redis.call('HINCRBY', KEYS[1], 'patterns#', 1)
  redis.call('HSET', KEYS[1], 'tried', ARGV[1], 'revision', tonumber(profile[1] or profile[2] or '0') + 1)
end
return deleted
