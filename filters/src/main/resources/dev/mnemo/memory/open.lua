-- What is needed to write for a user whom no call has recalled, and what is added up from one interaction to the next.
--
-- KEYS[1]  profile of the user      KEYS[2]  erased
-- ARGV     the salt of a user who has none, or '' for a tenant that does not seal; seconds to live; the era in which the call
--          began, '?' when that is not known, '*' for any
-- Returns  {salt, era, number of the patterns, patterns, when a profile was tried to be written}, or nothing when the user was erased since
local era = redis.call('GET', KEYS[2])
if ARGV[3] ~= '*' and ARGV[3] ~= (era or '') and not (ARGV[3] == '?' and not era) then
  return {}
end
local profile = redis.call('HMGET', KEYS[1], 'salt', 'patterns#', 'patterns', 'tried')
local salt = profile[1]
if not salt and ARGV[1] ~= '' then
  salt = ARGV[1]
  redis.call('HSET', KEYS[1], 'salt', salt)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return {salt, era, profile[2], profile[3], profile[4]}
