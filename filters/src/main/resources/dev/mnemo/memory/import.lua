-- Puts interactions of earlier times where they belong, if nothing was changed since it was looked. Interactions that were
-- added at the end meanwhile stay there.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  archive      KEYS[4]  erased      KEYS[5]  marks
-- KEYS[6]  comments
-- ARGV     the era in which it began; then as they were read: the revision, how many interactions, the first and the last of
--          them, their bytes, how many the archive held, how many segments; seconds to live; how many interactions may be
--          kept and how many bytes of them; how many may be marked; how many interactions take the place of those that were
--          read, how many segments the archive is to have or -1 where it stays, how many marks; then these: records; the
--          archive's count and bytes, and its segments, each whole or '=' and its place until now; id, mark and comment of
--          each mark
-- Returns  1; 0 when something was changed since; -1 when the user was erased
if (redis.call('GET', KEYS[4]) or '') ~= ARGV[1] then
  return -1
end
local profile = redis.call('HMGET', KEYS[1], 'revision', 'version', 'archived')
local revision, known = profile[1] or profile[2] or '0', tonumber(ARGV[3])
if revision ~= ARGV[2] or (profile[3] or '0') ~= ARGV[7] or redis.call('LLEN', KEYS[3]) ~= tonumber(ARGV[8]) then
  return 0
end
if known > 0
  and (redis.call('LINDEX', KEYS[2], 0) ~= ARGV[4] or redis.call('LINDEX', KEYS[2], known - 1) ~= ARGV[5]) then
  return 0
end
local ttl, records, segments, marks = ARGV[9], tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local next = 16
local bytes = -tonumber(ARGV[6])
redis.call('LTRIM', KEYS[2], known, -1)
for i = next + records - 1, next, -1 do
  redis.call('LPUSH', KEYS[2], ARGV[i])
  bytes = bytes + #ARGV[i]
end
next = next + records
bytes = redis.call('HINCRBY', KEYS[1], 'bytes', bytes)
local length = redis.call('LLEN', KEYS[2])
while length > tonumber(ARGV[10]) or (bytes > tonumber(ARGV[11]) and length > 1) do
  bytes = redis.call('HINCRBY', KEYS[1], 'bytes', -#redis.call('LPOP', KEYS[2]))
  length = length - 1
end
if segments >= 0 then
  redis.call('HSET', KEYS[1], 'archived', ARGV[next], 'archivedBytes', ARGV[next + 1])
  next = next + 2
  local whole = {}
  for i = 1, segments do
    local segment = ARGV[next + i - 1]
    whole[i] = string.sub(segment, 1, 1) == '=' and redis.call('LINDEX', KEYS[3], string.sub(segment, 2)) or segment
  end
  next = next + segments
  redis.call('UNLINK', KEYS[3])
  for i = 1, segments do
    redis.call('RPUSH', KEYS[3], whole[i])
  end
  redis.call('EXPIRE', KEYS[3], ttl)
end
local most = tonumber(ARGV[12])
for i = next, next + 3 * marks - 3, 3 do
  if redis.call('HLEN', KEYS[5]) < most and redis.call('HSETNX', KEYS[5], ARGV[i], ARGV[i + 1]) == 1 and ARGV[i + 2] ~= '' then
    redis.call('HSET', KEYS[6], ARGV[i], ARGV[i + 2])
  end
end
redis.call('HSET', KEYS[1], 'revision', tonumber(revision) + 1)
for i = 1, 6 do
  if i ~= 4 then
    redis.call('EXPIRE', KEYS[i], ttl)
  end
end
return 1
