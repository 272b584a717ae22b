-- Hand the lease to another node, with a token of its own.
-- KEYS lease, state   ARGV token:node, next node, lease_ms   → token | 0 (it is not ours any more)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local token = redis.call('HINCRBY', KEYS[2], 'token', 1)
redis.call('SET', KEYS[1], token .. ':' .. ARGV[2], 'PX', ARGV[3])
return token
