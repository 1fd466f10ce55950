-- What is needed to write for a user whom no call has recalled, and what is added up from one interaction to the next.
--
-- KEYS[1]  profile of the user      KEYS[2]  erased
-- ARGV     the salt of a user who has none, or '' for a tenant that does not seal; seconds to live
-- Returns  {salt, era, number of the patterns, patterns, when a profile was tried to be written}
local profile = redis.call('HMGET', KEYS[1], 'salt', 'patterns#', 'patterns', 'tried')
local salt = profile[1]
if not salt and ARGV[1] ~= '' then
  salt = ARGV[1]
  redis.call('HSET', KEYS[1], 'salt', salt)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return {salt, redis.call('GET', KEYS[2]), profile[2], profile[3], profile[4]}
