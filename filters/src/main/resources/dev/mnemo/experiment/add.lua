-- Adds one call, or one rating, to its bucket.
--
-- KEYS[1]  the tenant's day: a hash of buckets, each thirteen numbers of eight bytes, and of shares   KEYS[2]  users of the arm
-- ARGV     the bucket's field; the numbers; the user; the field of the share that holds; when the day is forgotten
-- Returns  1
local NUMBERS = '>i8i8i8i8i8i8i8i8i8i8i8i8i8'
local call = redis.call
local numbers = ARGV[2]
local before = call('HGET', KEYS[1], ARGV[1])
if before and #before == #numbers then
  local sum, more = {struct.unpack(NUMBERS, before)}, {struct.unpack(NUMBERS, numbers)}
  for i = 1, 13 do
    sum[i] = sum[i] + more[i]
  end
  numbers = struct.pack(NUMBERS, unpack(sum, 1, 13))
end
call('HSET', KEYS[1], ARGV[1], numbers)
if call('HINCRBY', KEYS[1], ARGV[4], 1) == 1 then
  call('EXPIREAT', KEYS[1], ARGV[5])
end
if call('PFADD', KEYS[2], ARGV[3]) == 1 then
  call('EXPIREAT', KEYS[2], ARGV[5])
end
return 1
