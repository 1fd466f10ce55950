-- Writes or removes the preferences of a user, if they are as the caller thinks, and keeps the version that this makes.
--
-- KEYS[1]  profile of the user      KEYS[2]  its versions, newest first: the number, a space, an entry      KEYS[3]  erased: the era, and
--          behind a space the last version before it
-- ARGV     the version that must be there ('' for any), seconds to live, 'set' or 'delete', members, their tokens;
--          the new version's entry, how many versions to keep, how many bytes of them; the era for which it is sealed or in which
--          it was read, or '*'
-- Returns  {1, new version, or the one that is there where there was nothing to delete}, {0, version as it is}, or {2} when the user was erased since
if ARGV[9] ~= '*' and (redis.call('GET', KEYS[3]) or '') ~= ARGV[9] then
  return {2}
end
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then
  return {0, version}
end
if ARGV[3] == 'delete' and redis.call('HEXISTS', KEYS[1], 'members') == 0 then
  return {1, version}
end
if ARGV[3] == 'set' then
  redis.call('HSET', KEYS[1], 'members', ARGV[4], 'tokens', ARGV[5])
else
  redis.call('HDEL', KEYS[1], 'members', 'tokens')
end
-- The version stays when the document goes: a frozen block of the old one must not look fresh.
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or version)
redis.call('HSET', KEYS[1], 'revision', revision + 1)
if version == 0 then
  version = string.match(redis.call('GET', KEYS[3]) or '', ' (%d+)$')
  if version then
    redis.call('HSET', KEYS[1], 'version', version)
  end
end
version = redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('LPUSH', KEYS[2], string.format('%d ', version) .. ARGV[6])
-- Changes are few and lists short: counting anew costs less than a counter that must stay right.
local kept, bytes = 0, 0
for _, entry in ipairs(redis.call('LRANGE', KEYS[2], 0, ARGV[7] - 1)) do
  bytes = bytes + #entry
  if kept > 0 and bytes > tonumber(ARGV[8]) then
    break
  end
  kept = kept + 1
end
redis.call('LTRIM', KEYS[2], 0, kept - 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {1, version}
