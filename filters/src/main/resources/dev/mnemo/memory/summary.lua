-- What a user's profile is written of, and what is shown of it.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  marks      KEYS[4]  erased
-- ARGV     how many of the newest interactions
-- Returns  {salt, era, patterns, written, when it was tried, {id, mark ...}, {record ...}}
local profile = redis.call('HMGET', KEYS[1], 'salt', 'patterns', 'written', 'tried')
local count = tonumber(ARGV[1])
local marks, records = {}, {}
if count > 0 then
  marks = redis.call('HGETALL', KEYS[3])
  records = redis.call('LRANGE', KEYS[2], -count, -1)
end
return {profile[1], redis.call('GET', KEYS[4]), profile[2], profile[3], profile[4], marks, records}
