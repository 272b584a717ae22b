-- Take the lease of a meeting if nobody holds it, with a token above every earlier one.
-- KEYS lease, state, followers   ARGV node, lease_ms, keep_ms, least token (what the caller has seen of it)
-- → {1, token, base, checkpoint, position} | {0, holder}
local holder = redis.call('GET', KEYS[1])
if holder then return {0, holder} end
local token = math.max(tonumber(redis.call('HGET', KEYS[2], 'token') or '0'), tonumber(ARGV[4])) + 1
redis.call('HSET', KEYS[2], 'token', token)
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], token .. ':' .. ARGV[1], 'PX', ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
local state = redis.call('HMGET', KEYS[2], 'base', 'checkpoint', 'position')
return {1, token, state[1] or '', state[2] or '', state[3] or ''}
