-- Hold the lease for longer and forget what a checkpoint has replaced. Takes no memory: works when Redis is full.
-- KEYS lease, state, journal, followers   ARGV token:node, lease_ms, keep_ms, trim (entries up to it go; -1: none), position (what was kept already)
-- → {'ok', follower …} | {'fenced'} | {'lapsed'} (also when less is kept than that: a replica that was behind is the master now)
local holder = redis.call('GET', KEYS[1])
if not holder then return {'lapsed'} end
if holder ~= ARGV[1] then return {'fenced'} end
if tonumber(redis.call('HGET', KEYS[2], 'position') or '-1') < tonumber(ARGV[5]) then return {'lapsed'} end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local trim = tonumber(ARGV[4])
if trim >= 0 then redis.call('XTRIM', KEYS[3], 'MINID', trim + 1) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
local answer = redis.call('ZRANGE', KEYS[4], 0, -1)
table.insert(answer, 1, 'ok')
return answer
