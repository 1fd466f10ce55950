-- The conversation's block, or what to compose it of.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  snapshot of the conversation
-- ARGV     how many interactions; 1 when the conversation begins with this call, so that an older block is not its own;
--          seconds for which a user who is seen is remembered
-- Returns  {snapshot}, or {snapshot or nil, version, members, tokens of the members, record ...}
local snapshot = redis.call('GET', KEYS[3])
local profile = redis.call('HMGET', KEYS[1], 'version', 'members', 'tokens')
if snapshot and ARGV[2] ~= '1' and string.byte(snapshot, 1) == 1 then
  local version = 0
  for i = 2, 9 do
    version = version * 256 + string.byte(snapshot, i)
  end
  if version == tonumber(profile[1] or '0') then
    return {snapshot}
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
local reply = {snapshot, profile[1], profile[2], profile[3]}
local count = tonumber(ARGV[1])
if count > 0 then
  local records = redis.call('LRANGE', KEYS[2], -count, -1)
  for i = 1, #records do
    reply[4 + i] = records[i]
  end
end
return reply
