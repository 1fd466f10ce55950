-- Writes or removes the preferences of a user, if they are as the caller thinks.
--
-- KEYS[1]  profile of the user
-- ARGV     the version that must be there ('' for any), seconds to live, 'set' or 'delete', members, their tokens
-- Returns  {1, new version} or {0, version as it is}
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then
  return {0, version}
end
if ARGV[3] == 'set' then
  redis.call('HSET', KEYS[1], 'members', ARGV[4], 'tokens', ARGV[5])
else
  redis.call('HDEL', KEYS[1], 'members', 'tokens')
end
-- The version stays when the document goes: a frozen block of the old one must not look fresh.
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or version)
redis.call('HSET', KEYS[1], 'revision', revision + 1)
version = redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return {1, version}
