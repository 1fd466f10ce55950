-- Removes an interaction, or all of them, with all that may quote it. What was composed before is not kept any more.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  archive      KEYS[4]  marks      KEYS[5]  comments
-- KEYS[6]  conversations      KEYS[7]  tails
-- ARGV     how the names of snapshots begin; seconds to live; 1 where profiles are written; and 'all', or 'record', its id and the record as it was read,
--          or 'segment', the id, the segment as it was read and as it is to be, which is '' where nothing of it is left
-- Returns  1, or 0 when it is not there as it was read, or nothing is known of the user
local what = ARGV[4]
if what == 'record' then
  if redis.call('LREM', KEYS[2], 1, ARGV[6]) == 0 then
    return 0
  end
  redis.call('HINCRBY', KEYS[1], 'bytes', -#ARGV[6])
elseif what == 'segment' then
  local at = redis.call('LPOS', KEYS[3], ARGV[6])
  if not at then
    return 0
  end
  local fewer = string.byte(ARGV[6], 3) * 256 + string.byte(ARGV[6], 4)
  if ARGV[7] == '' then
    redis.call('LREM', KEYS[3], 1, ARGV[6])
  else
    redis.call('LSET', KEYS[3], at, ARGV[7])
    fewer = fewer - string.byte(ARGV[7], 3) * 256 - string.byte(ARGV[7], 4)
  end
  redis.call('HINCRBY', KEYS[1], 'archived', -fewer)
  redis.call('HINCRBY', KEYS[1], 'archivedBytes', #ARGV[7] - #ARGV[6])
elseif redis.call('EXISTS', unpack(KEYS)) == 0 then
  return 0
else
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
  redis.call('HDEL', KEYS[1], 'bytes', 'archived', 'archivedBytes', 'patterns')
  redis.call('HINCRBY', KEYS[1], 'patterns#', 1)
end
if what ~= 'all' then
  redis.call('HDEL', KEYS[4], ARGV[5])
  redis.call('HDEL', KEYS[5], ARGV[5])
end
local profile = redis.call('HMGET', KEYS[1], 'revision', 'version', 'tried')
local revision = tonumber(profile[1] or profile[2] or '0') + 1
redis.call('HSET', KEYS[1], 'revision', revision, 'forgot', revision)
if ARGV[3] == '1' or profile[3] then
  -- What was written of it goes, and what is being written: by the last try, which is another one now, and never one that
  -- reads as none. It is due again.
  local at = tonumber(string.match(profile[3] or '', '^%d+ (%d+) ') or '0')
  redis.call('HDEL', KEYS[1], 'written')
  redis.call('HSET', KEYS[1], 'tried', '0 ' .. string.format('%d', at + 1) .. ' 0')
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
for i = 6, 7 do
  for _, name in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do
    redis.call('UNLINK', ARGV[1] .. name)
  end
  redis.call('UNLINK', KEYS[i])
end
return 1
