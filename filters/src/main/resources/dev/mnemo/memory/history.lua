-- Interactions of a user that are older than a given id: the recent ones, and segments of the archive, newest first.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  archive      KEYS[4]  erased
-- ARGV     the upper and the lower 32 bits of the id; how many are wanted
-- Returns  {salt, era, revision, how many segments are older still, {record ...}, {segment ...}}
local high, low, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function number(segment, from)
  local n = 0
  for i = from, from + 3 do
    n = n * 256 + (string.byte(segment, i) or 0)
  end
  return n
end
local function begins_before(segment)
  local first = number(segment, 5)
  return first < high or (first == high and number(segment, 9) < low)
end
local count = redis.call('LLEN', KEYS[3])
local from, to = 0, count
while from < to do
  local middle = math.floor((from + to) / 2)
  if begins_before(redis.call('LINDEX', KEYS[3], middle)) then
    from = middle + 1
  else
    to = middle
  end
end
-- What is said at the same moment may stand in either of two neighbours: on each side one more is read.
local at = math.min(from, count - 1)
local records = {}
if at == count - 1 then
  records = redis.call('LRANGE', KEYS[2], 0, -1)
end
local segments, held = {}, 0
while at >= 0 and (#segments < 3 or held < wanted) do
  local segment = redis.call('LINDEX', KEYS[3], at)
  segments[#segments + 1] = segment
  if #segments > 2 then
    held = held + (string.byte(segment, 3) or 0) * 256 + (string.byte(segment, 4) or 0)
  end
  at = at - 1
end
local profile = redis.call('HMGET', KEYS[1], 'salt', 'revision', 'version')
return {
  profile[1], redis.call('GET', KEYS[4]), profile[2] or profile[3] or '0', at + 1, records, segments
}
