-- All that an import needs to know of a user but the archive, which is read a few segments at a time.
--
-- KEYS[1]  profile of the user      KEYS[2]  interactions      KEYS[3]  archive
-- Returns  {revision, how often interactions were moved, how many segments, {record ...}}
local profile = redis.call('HMGET', KEYS[1], 'revision', 'version', 'moved')
return {
  profile[1] or profile[2] or '0', profile[3] or '0', redis.call('LLEN', KEYS[3]), redis.call('LRANGE', KEYS[2], 0, -1)
}
