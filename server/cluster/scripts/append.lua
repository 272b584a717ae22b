-- One entry, if the token is still the newest holder's. The same entry again changes nothing.
-- KEYS lease, state, journal   ARGV token:node, position, id, record, keep_ms
-- → 'ok' | 'fenced' | 'lapsed' (nobody holds the lease, or entries before it are gone) | 'taken' (another entry is there)
local holder = redis.call('GET', KEYS[1])
if not holder then return 'lapsed' end
if holder ~= ARGV[1] then return 'fenced' end
-- A replica that was behind has become the master: without this there would be a hole.
if tonumber(redis.call('HGET', KEYS[2], 'position') or '-1') < tonumber(ARGV[2]) - 1 then return 'lapsed' end
local there = redis.call('XRANGE', KEYS[3], ARGV[2], ARGV[2])
if #there > 0 then
  if there[1][2][2] == ARGV[4] then return 'ok' end
  return 'taken'
end
local added = redis.pcall('XADD', KEYS[3], ARGV[3], 'r', ARGV[4])
if type(added) == 'table' and added.err then
  if string.find(added.err, 'equal or smaller') then return 'taken' end
  return redis.error_reply(added.err)
end
redis.call('HSET', KEYS[2], 'position', ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 'ok'
