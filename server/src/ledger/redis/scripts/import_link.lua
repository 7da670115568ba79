-- Says which share a link opens, for good. KEYS: mark, link. ARGV: mark, share.
redis.call('SET', KEYS[2], ARGV[2])
return {'ok'}
