-- Remembers a call: its interaction, newest last; what is added up from one interaction to the next; and its id.
--
-- KEYS[1]  profile of the user; its field 'bytes' counts the list      KEYS[2]  interactions      KEYS[3]  calls
-- KEYS[4]  erased      KEYS[5..8]  archive, marks, comments, versions of the user's preferences
-- ARGV     the era in which the call began, or '?' when it is not known; record (bytes 3 to 10 are its request's tag, 11 to 18 its
--          id) or '';
--          how many to keep, how many bytes, seconds to live; the call's id or '', how many ids to keep, seconds for which
--          they are kept; patterns or '', the number of those that they were made of; how many the archive may hold; the salt of what
--          is sealed, or ''
-- Returns  {0} when the user was erased since; or {1, how many interactions there are, their bytes, 1 or 0 when the patterns are
--          others by now and those that came were not taken, id of a call that is kept no longer ...}
local record, keep, most, ttl = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local era = redis.call('GET', KEYS[4]) or ''
if ARGV[1] ~= era and not (ARGV[1] == '?' and era == '') then
  return {0}
end
-- The call may have lasted for longer than the profile: without the salt nothing that it writes would open.
if ARGV[12] ~= '' then
  redis.call('HSETNX', KEYS[1], 'salt', ARGV[12])
end
local profile = redis.call('HMGET', KEYS[1], 'bytes', 'patterns#')
local taken = 1
if ARGV[9] ~= '' then
  if (profile[2] or '0') == ARGV[10] then
    redis.call('HSET', KEYS[1], 'patterns', ARGV[9], 'patterns#', tonumber(ARGV[10]) + 1)
  else
    taken = 0
  end
end
local bytes = tonumber(profile[1] or '0')
local length = 0
-- What somebody thinks of an interaction goes with it. Of records of the first version, which have no id, it goes later.
local function gone(old)
  if string.byte(old, 1) == 2 then
    local id = string.format(string.rep('%02x', 8), string.byte(old, 11, 18))
    redis.call('HDEL', KEYS[6], id)
    redis.call('HDEL', KEYS[7], id)
  end
  bytes = bytes - #old
end
if record ~= '' then
  -- An SDK that gave up and asked again: the newer answer is the one that its user saw.
  local request = string.sub(record, 3, 10)
  for _, other in ipairs(redis.call('LRANGE', KEYS[2], -8, -1)) do
    if string.sub(other, 3, 10) == request then
      redis.call('LREM', KEYS[2], -1, other)
      gone(other)
    end
  end
  length = redis.call('RPUSH', KEYS[2], record)
  bytes = bytes + #record
  while length > keep or (bytes > most and length > 1) do
    gone(redis.call('LPOP', KEYS[2]))
    length = length - 1
  end
  bytes = length == 1 and #record or bytes
  redis.call('HSET', KEYS[1], 'bytes', bytes)
  redis.call('EXPIRE', KEYS[2], ttl)
end
-- A tenant who wants no archive any more has none.
if ARGV[11] == '0' and redis.call('UNLINK', KEYS[5]) == 1 then
  redis.call('HDEL', KEYS[1], 'archived', 'archivedBytes')
end
redis.call('EXPIRE', KEYS[1], ttl)
-- The rest is remembered with it, to the day: most calls write nothing.
for _, i in ipairs({2, 5, 6, 7, 8}) do
  local left = redis.call('TTL', KEYS[i])
  if left >= 0 and left < ttl - math.min(ttl / 2, 86400) then
    redis.call('EXPIRE', KEYS[i], ttl)
  end
end
local reply = {1, length, bytes, taken}
if ARGV[6] ~= '' then
  local calls = redis.call('LPUSH', KEYS[3], ARGV[6])
  -- Never sooner than before: records of a time when the tenant kept them for longer are still to be found by who erases the user.
  if redis.call('TTL', KEYS[3]) < tonumber(ARGV[8]) then
    redis.call('EXPIRE', KEYS[3], ARGV[8])
  end
  -- Several at once: removing their records is a command more.
  if calls >= ARGV[7] + 32 then
    for _, id in ipairs(redis.call('LRANGE', KEYS[3], ARGV[7], -1)) do
      redis.call('HDEL', KEYS[7], id)
      reply[#reply + 1] = id
    end
    redis.call('LTRIM', KEYS[3], 0, ARGV[7] - 1)
  end
end
return reply
