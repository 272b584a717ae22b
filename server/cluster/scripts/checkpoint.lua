-- The meeting as it is after all entries up to `position`; trimming is `renew`'s.
-- KEYS lease, state   ARGV token:node, position, record, keep_ms   → 'ok' | 'fenced' | 'lapsed'
local holder = redis.call('GET', KEYS[1])
if not holder then return 'lapsed' end
if holder ~= ARGV[1] then return 'fenced' end
-- One that was under way for long: entries from then on may be trimmed already, and without this there would be a hole.
if tonumber(redis.call('HGET', KEYS[2], 'base') or '-1') > tonumber(ARGV[2]) then return 'ok' end
redis.call('HSET', KEYS[2], 'base', ARGV[2], 'checkpoint', ARGV[3])
if tonumber(redis.call('HGET', KEYS[2], 'position') or '-1') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[2], 'position', ARGV[2])
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 'ok'
