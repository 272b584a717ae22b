-- Take a lapsed lease again under the old token and write the meeting back as it is now, unless somebody else has had it since.
-- KEYS lease, state, journal   ARGV token, node, position, record, lease_ms, keep_ms   → 'ok' | 'fenced'
local me = ARGV[1] .. ':' .. ARGV[2]
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= me then return 'fenced' end
local state = redis.call('HMGET', KEYS[2], 'token', 'position')
if tonumber(state[1] or '0') > tonumber(ARGV[1]) then return 'fenced' end
redis.call('HSET', KEYS[2], 'token', ARGV[1], 'base', ARGV[3], 'checkpoint', ARGV[4], 'position', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
-- Where nothing was decided meanwhile, followers may still read what they have not got.
if state[2] ~= ARGV[3] then redis.call('DEL', KEYS[3]) end
redis.call('SET', KEYS[1], me, 'PX', ARGV[5])
return 'ok'
