-- The meeting is over: nothing of it is left. KEYS lease, state, journal, followers   ARGV token:node   → 'ok' | 'fenced'
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 'fenced' end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return 'ok'
