-- Moves the oldest interactions into the archive, as one segment.
--
-- KEYS[1]  profile of the user; it counts what is kept      KEYS[2]  interactions      KEYS[3]  archive      KEYS[4]  erased
-- ARGV     the first and the last of those that move, as they were read; how many they are, and their bytes;
--          the segment (bytes 3 and 4 say how many it holds); how many interactions and how many bytes the archive may hold;
--          seconds to live; the revision, and how often interactions were moved, before they were read; how many interactions there
--          were when it became due; the era for which it is sealed
-- Returns  1, or 0 when somebody else has moved them, or something was forgotten or imported since, or the user erased
if (redis.call('GET', KEYS[4]) or '') ~= ARGV[12] then
  return 0
end
local count = tonumber(ARGV[3])
-- Two calls that end at once both find it due: the later one would move what is to stay.
if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[11]) then
  return 0
end
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] or redis.call('LINDEX', KEYS[2], count - 1) ~= ARGV[2] then
  return 0
end
local profile = redis.call('HMGET', KEYS[1], 'revision', 'moved')
if (profile[1] or '') ~= ARGV[9] or (profile[2] or '') ~= ARGV[10] then
  return 0
end
redis.call('LTRIM', KEYS[2], count, -1)
redis.call('HINCRBY', KEYS[1], 'bytes', -tonumber(ARGV[4]))
redis.call('RPUSH', KEYS[3], ARGV[5])
redis.call('HINCRBY', KEYS[1], 'moved', 1)
local function held(segment)
  return string.byte(segment, 3) * 256 + string.byte(segment, 4)
end
local interactions = redis.call('HINCRBY', KEYS[1], 'archived', held(ARGV[5]))
local bytes = redis.call('HINCRBY', KEYS[1], 'archivedBytes', #ARGV[5])
while (interactions > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7])) and redis.call('LLEN', KEYS[3]) > 1 do
  local oldest = redis.call('LPOP', KEYS[3])
  interactions = redis.call('HINCRBY', KEYS[1], 'archived', -held(oldest))
  bytes = redis.call('HINCRBY', KEYS[1], 'archivedBytes', -#oldest)
end
redis.call('EXPIRE', KEYS[1], ARGV[8])
redis.call('EXPIRE', KEYS[3], ARGV[8])
return 1
