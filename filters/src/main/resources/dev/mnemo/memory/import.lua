-- Puts interactions of earlier times where they belong, if nothing was changed since it was looked. Interactions that were
-- added at the end meanwhile stay there.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  archive      KEYS[4]  erased      KEYS[5]  marks
-- KEYS[6]  comments
-- ARGV     the era in which it began; then as they were read: the revision, how many interactions, the first and the last of
--          them, their bytes, what was moved, how many segments; seconds to live; how many interactions may be
--          kept and how many bytes of them; how many may be marked; how many interactions take the place of those that were
--          read, or -1 where they stay; how many changes of the archive, or -1 where it stays, and how many of its oldest segments
--          go after them; how many marks; then these: records; unless the archive stays, its count and bytes then, and of each change
--          whether it takes a segment's place ('set') or comes before it ('insert'), that place, and the segment; id, mark and
--          comment of each mark. Changes are such that each place is the one that was read
-- Returns  1; 0 when something was changed since; -1 when the user was erased
if (redis.call('GET', KEYS[4]) or '') ~= ARGV[1] then
  return -1
end
-- Forgetting raises the revision; folds and other imports raise 'moved'. Blocks stay: what was brought is for conversations that
-- begin from now on.
local profile = redis.call('HMGET', KEYS[1], 'revision', 'version', 'moved')
local known = tonumber(ARGV[3])
if (profile[1] or profile[2] or '0') ~= ARGV[2] or (profile[3] or '0') ~= ARGV[7] then
  return 0
end
if redis.call('LLEN', KEYS[3]) ~= tonumber(ARGV[8]) then
  return 0
end
if known > 0
  and (redis.call('LINDEX', KEYS[2], 0) ~= ARGV[4] or redis.call('LINDEX', KEYS[2], known - 1) ~= ARGV[5]) then
  return 0
end
local ttl, records, changes, marks = ARGV[9], tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[16])
local next = 17
-- What is thought of an interaction goes with it. Of records of the first version, which have no id, it goes later.
local function gone(record)
  if string.byte(record, 1) == 2 then
    local id = string.format(string.rep('%02x', 8), string.byte(record, 11, 18))
    redis.call('HDEL', KEYS[5], id)
    redis.call('HDEL', KEYS[6], id)
  end
end
if records >= 0 then
  local bytes = -tonumber(ARGV[6])
  if changes < 0 and known > 0 then
    -- Nothing goes into the archive: what is not among those that come is kept no longer.
    local stays = {}
    for i = next, next + records - 1 do
      stays[string.sub(ARGV[i], 11, 18)] = true
    end
    for _, record in ipairs(redis.call('LRANGE', KEYS[2], 0, known - 1)) do
      if not stays[string.sub(record, 11, 18)] then
        gone(record)
      end
    end
  end
  redis.call('LTRIM', KEYS[2], known, -1)
  for i = next + records - 1, next, -1 do
    redis.call('LPUSH', KEYS[2], ARGV[i])
    bytes = bytes + #ARGV[i]
  end
  next = next + records
  bytes = redis.call('HINCRBY', KEYS[1], 'bytes', bytes)
  local length = redis.call('LLEN', KEYS[2])
  while length > tonumber(ARGV[10]) or (bytes > tonumber(ARGV[11]) and length > 1) do
    local record = redis.call('LPOP', KEYS[2])
    gone(record)
    bytes = redis.call('HINCRBY', KEYS[1], 'bytes', -#record)
    length = length - 1
  end
end
if changes >= 0 then
  redis.call('HSET', KEYS[1], 'archived', ARGV[next], 'archivedBytes', ARGV[next + 1])
  next = next + 2
  for i = next, next + 3 * changes - 3, 3 do
    local place, segment = ARGV[i + 1], ARGV[i + 2]
    if ARGV[i] == 'set' then
      redis.call('LSET', KEYS[3], place, segment)
    elseif place == ARGV[8] then
      redis.call('RPUSH', KEYS[3], segment)
    elseif place == '0' then
      redis.call('LPUSH', KEYS[3], segment)
    else
      redis.call('LINSERT', KEYS[3], 'BEFORE', redis.call('LINDEX', KEYS[3], place), segment)
    end
  end
  next = next + 3 * changes
  redis.call('LTRIM', KEYS[3], ARGV[15], -1)
end
local most = tonumber(ARGV[12])
for i = next, next + 3 * marks - 3, 3 do
  if redis.call('HLEN', KEYS[5]) < most and redis.call('HSETNX', KEYS[5], ARGV[i], ARGV[i + 1]) == 1 and ARGV[i + 2] ~= '' then
    redis.call('HSET', KEYS[6], ARGV[i], ARGV[i + 2])
  end
end
redis.call('HINCRBY', KEYS[1], 'moved', 1)
for i = 1, 6 do
  if i ~= 4 then
    redis.call('EXPIRE', KEYS[i], ttl)
  end
end
return 1
