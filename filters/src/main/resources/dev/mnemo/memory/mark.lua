-- Keeps what somebody thinks of an interaction; a comment alone may also be on a call that was not recorded. Blocks are stale only
-- when the mark is another one: feedback that is sent again costs no composition.
--
-- KEYS[1]  profile of the user      KEYS[2]  marks      KEYS[3]  comments      KEYS[4]  calls      KEYS[5]  erased
-- KEYS[6]  interactions      KEYS[7]  archive
-- ARGV     the era and the revision in which the interaction was found, '' for a call; its id, or the call's; rating, or '' for
--          the one that is there; 1 pinned, 0 not, or '' for as it is; comment, or ''; how many may be marked; seconds to live
-- Returns  {1, the mark that was there or ''}; or {0} when something changed since; or {-1} when too many of those that are kept
--          are marked
local id, rating, pin, comment, most = ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local profile = redis.call('HMGET', KEYS[1], 'revision', 'version')
local revision = profile[1] or profile[2] or '0'
local of_call = ARGV[2] == ''
if of_call then
  -- It stands there until its user is erased.
  if not redis.call('LPOS', KEYS[4], id) then
    return {0}
  end
elseif (redis.call('GET', KEYS[5]) or '') ~= ARGV[1] or revision ~= ARGV[2] then
  return {0}
end
local function hex(bytes, from)
  return string.format(string.rep('%02x', 8), string.byte(bytes, from, from + 7))
end
-- When an interaction was, in milliseconds: the upper 43 bits of its id.
local function at(interaction)
  local high, low = string.sub(interaction, 1, 8), string.sub(interaction, 9)
  return (tonumber(high, 16) or 0) * 2048 + math.floor((tonumber(low, 16) or 0) / 2097152)
end
local function oldest()
  local segment = redis.call('LINDEX', KEYS[7], 0)
  local record = segment or redis.call('LINDEX', KEYS[6], 0)
  if not record then
    return math.huge
  end
  if segment then
    return at(hex(segment, 5))
  end
  -- Records of the first version have no id.
  return string.byte(record, 1) == 2 and at(hex(record, 11)) or 0
end
-- Not all that leaves takes its mark along: a segment does not say what is in it. Two replicas' clocks may differ, and what is
-- recorded at once may stand in either order: within the hour none is taken for one that is gone.
local function drop_of_those_gone()
  local since, calls = oldest() - 3600000, {}
  for _, call in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
    calls[call] = true
  end
  for _, key in ipairs({KEYS[2], KEYS[3]}) do
    for _, of in ipairs(redis.call('HKEYS', key)) do
      if (#of == 16 and at(of) < since) or (#of ~= 16 and not calls[of]) then
        redis.call('HDEL', key, of)
      end
    end
  end
end
local function full(key)
  if redis.call('HLEN', key) >= most then
    drop_of_those_gone()
  end
  return redis.call('HLEN', key) >= most
end
if comment ~= '' and redis.call('HEXISTS', KEYS[3], id) == 0 and full(KEYS[3]) then
  return {-1}
end
local mark = not of_call and redis.call('HGET', KEYS[2], id)
if not of_call then
  local rated, pinned = string.match(mark or '', '^([^p]*)(p?)$')
  local weighed, pinned_before = tonumber(rated) or 0, pinned
  rated = rating ~= '' and rating or rated or ''
  if pin ~= '' then
    pinned = pin == '1' and 'p' or ''
  end
  if rated == '' then
    rated = '0.0'
  end
  if pin == '0' and tonumber(rated) == 0 and redis.call('HEXISTS', KEYS[3], id) == 0 then
    redis.call('HDEL', KEYS[2], id)
  elseif not mark and full(KEYS[2]) then
    return {-1}
  else
    redis.call('HSET', KEYS[2], id, rated .. pinned)
    redis.call('EXPIRE', KEYS[2], ARGV[8])
  end
  if tonumber(rated) ~= weighed or pinned ~= pinned_before then
    redis.call('HSET', KEYS[1], 'revision', tonumber(revision) + 1)
  end
  redis.call('EXPIRE', KEYS[1], ARGV[8])
end
if comment ~= '' then
  redis.call('HSET', KEYS[3], id, comment)
  redis.call('EXPIRE', KEYS[3], ARGV[8])
end
return {1, mark or ''}
