-- Removes all that is kept of a user, and begins a new era: what earlier calls still want to write is dropped.
--
-- KEYS[1]  erased      KEYS[2]  conversations      KEYS[3]  calls      KEYS[4]  calls of erased users, whose records are to go
-- KEYS[5]  tails      KEYS[6]  profile; its field 'version' is that of the preferences      KEYS[7..]  all else of the user
-- ARGV     the new era; seconds for which it is remembered: longer than any call lasts; how the names of snapshots begin
-- Returns  ids of the user's calls, whose records stand elsewhere. They are listed until these are gone, so that an erasure that breaks
--          off can be sent again
for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  redis.call('RPUSH', KEYS[4], id)
end
redis.call('EXPIRE', KEYS[4], ARGV[2])
for _, list in ipairs({KEYS[2], KEYS[5]}) do
  for _, name in ipairs(redis.call('LRANGE', list, 0, -1)) do
    redis.call('UNLINK', ARGV[3] .. name)
  end
end
-- While the era is known versions go on where they stopped, so that none names two documents. Scripts that compare eras see that
-- number as a part of the name.
local version = redis.call('HGET', KEYS[6], 'version') or string.match(redis.call('GET', KEYS[1]) or '', ' (%d+)$')
for i = 2, #KEYS do
  if i ~= 4 then
    redis.call('UNLINK', KEYS[i])
  end
end
redis.call('SET', KEYS[1], ARGV[1] .. (version and ' ' .. version or ''), 'EX', ARGV[2])
return redis.call('LRANGE', KEYS[4], 0, -1)
