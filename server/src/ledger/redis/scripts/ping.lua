-- Writes something that changes nothing. KEYS: mark, any. ARGV: mark, anything.
redis.call('SET', KEYS[2], ARGV[2])
return {'ok'}
