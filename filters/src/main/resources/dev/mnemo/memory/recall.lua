-- The conversation's block, or what to compose it of.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  marks      KEYS[4]  erased
-- KEYS[5..7]  archive, comments, versions of the user's preferences: what is remembered of a user is remembered together
-- KEYS[8]  conversations      KEYS[9..]  snapshot of the conversation, by each of its names
-- ARGV     how many interactions; 1 when the conversation begins with this call, so that an older block is not its own;
--          seconds for which a user who is seen is remembered; seconds for which a block is kept after its last use;
--          the salt of a user who has none, or '' for a tenant that does not seal; 1 when nothing is to be written;
--          how the names of snapshots begin
-- Returns  {snapshot, by which of its names it was found, salt, era, number of the patterns, patterns, when a profile was tried to be
--          written}, and where there is no snapshot, or a stale one, behind these: {… revision, version, members, tokens of the
--          members, written summary, {id, mark ...}, {record ...}}
local which = 1
local name = KEYS[9]
local snapshot = redis.call('GET', name)
if not snapshot and KEYS[10] then
  which = 2
  name = KEYS[10]
  snapshot = redis.call('GET', name)
end
local profile = redis.call('HMGET', KEYS[1], 'version', 'members', 'tokens', 'salt', 'revision', 'patterns#', 'patterns', 'tried')
local salt = profile[4]
if not salt and ARGV[5] ~= '' then
  salt = ARGV[5]
  redis.call('HSET', KEYS[1], 'salt', salt)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
local era = redis.call('GET', KEYS[4])
-- Users of earlier versions have no revision; it rises with the version, and with whatever else makes blocks stale.
local revision = tonumber(profile[5] or profile[1] or '0')
local function renew()
  for i = 1, 7 do
    if i ~= 4 then
      redis.call('EXPIRE', KEYS[i], ARGV[3])
    end
  end
end
if snapshot and ARGV[2] ~= '1' and string.byte(snapshot, 1) == 2 then
  -- A conversation keeps its block for as long as it goes on, also one that is outdated: thinking may be signed with it.
  -- Most calls find that it has time enough.
  local kept = tonumber(ARGV[4])
  if ARGV[6] ~= '1' and redis.call('TTL', name) < kept / 2 then
    redis.call('EXPIRE', name, kept)
    -- The oldest names give way: that one is in use.
    local ends_in = string.sub(name, #ARGV[7] + 1)
    redis.call('LREM', KEYS[8], 1, ends_in)
    redis.call('LPUSH', KEYS[8], ends_in)
    if redis.call('TTL', KEYS[8]) < tonumber(ARGV[3]) then
      redis.call('EXPIRE', KEYS[8], ARGV[3])
    end
  end
  local of = 0
  for i = 2, 9 do
    of = of * 256 + string.byte(snapshot, i)
  end
  if of == revision then
    -- To the day, so that most calls write nothing.
    local ttl, left = tonumber(ARGV[3]), redis.call('TTL', KEYS[1])
    if ARGV[6] ~= '1' and left >= 0 and left < ttl - math.min(ttl / 2, 86400) then
      renew()
    end
    return {snapshot, which, salt, era, profile[6], profile[7], profile[8]}
  end
end
if ARGV[6] ~= '1' then
  renew()
end
local count = tonumber(ARGV[1])
local records = {}
if count > 0 then
  records = redis.call('LRANGE', KEYS[2], -count, -1)
end
return {
  snapshot, which, salt, era, profile[6], profile[7], profile[8], revision, profile[1], profile[2], profile[3],
  redis.call('HGET', KEYS[1], 'written'), redis.call('HGETALL', KEYS[3]), records
}
