-- The conversation's block, or what to compose it of.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3..]  snapshot of the conversation, by each of its names
-- ARGV     how many interactions; 1 when the conversation begins with this call, so that an older block is not its own;
--          seconds for which a user who is seen is remembered; seconds for which a block is kept after its last use
-- Returns  {snapshot}, or {snapshot or nil, version, members, tokens of the members, record ...}
local name = KEYS[3]
local snapshot = redis.call('GET', name)
if not snapshot and KEYS[4] then
  name = KEYS[4]
  snapshot = redis.call('GET', name)
end
local profile = redis.call('HMGET', KEYS[1], 'version', 'members', 'tokens')
if snapshot and ARGV[2] ~= '1' and string.byte(snapshot, 1) == 1 then
  -- A conversation keeps its block for as long as it goes on, also one that is outdated: thinking may be signed with it.
  -- Most calls find that it has time enough.
  local kept = tonumber(ARGV[4])
  if redis.call('TTL', name) < kept / 2 then
    redis.call('EXPIRE', name, kept)
  end
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
