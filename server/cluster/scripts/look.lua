-- Who holds the meeting and how far it is; a follower says at the same time that it follows.
-- KEYS lease, state, followers   ARGV node ('' only looks), until_ms from now, keep_ms
-- → {holder or '', token or '', position or '', base or ''}
local state = redis.call('HMGET', KEYS[2], 'token', 'position', 'base')
local holder = redis.call('GET', KEYS[1])
if ARGV[1] ~= '' and state[1] then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.pcall('ZADD', KEYS[3], now + tonumber(ARGV[2]), ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
return {holder or '', state[1] or '', state[2] or '', state[3] or ''}
