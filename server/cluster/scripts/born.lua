-- Since when this part of Redis has been in use; from now on if it is new. All by its own clock.
-- KEYS mark   ARGV keep_ms   → age in ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], now, 'NX')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return now - tonumber(redis.call('GET', KEYS[1]))
