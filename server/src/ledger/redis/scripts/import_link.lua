-- Says which share a link opens, for good. KEYS: fence, link. ARGV: fence, share.
redis.call('SET', KEYS[2], ARGV[2])
return {'ok'}
