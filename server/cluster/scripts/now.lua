-- What the clock says that all nodes follow: that of whichever server has the nodes' key.
-- KEYS nodes   → {seconds, microseconds}
return redis.call('TIME')
