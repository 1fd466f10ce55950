-- Adds one interaction, newest last, and keeps the list within its bounds.
--
-- KEYS[1]  profile of the user; its field 'bytes' counts the list      KEYS[2]  interactions
-- ARGV     record (bytes 3 to 10 are its request's fingerprint), how many to keep, how many bytes, seconds to live
-- Returns  how many are kept
local record, keep, most, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes') or '0')

-- An SDK that gave up and asked again: the newer answer is the one that its user saw.
local request = string.sub(record, 3, 10)
for _, other in ipairs(redis.call('LRANGE', KEYS[2], -8, -1)) do
  if string.sub(other, 3, 10) == request then
    redis.call('LREM', KEYS[2], -1, other)
    bytes = bytes - #other
  end
end
local length = redis.call('RPUSH', KEYS[2], record)
bytes = bytes + #record
while length > keep or (bytes > most and length > 1) do
  bytes = bytes - #redis.call('LPOP', KEYS[2])
  length = length - 1
end
redis.call('HSET', KEYS[1], 'bytes', length == 1 and #record or bytes)
redis.call('EXPIRE', KEYS[1], ttl)
redis.call('EXPIRE', KEYS[2], ttl)
return length
