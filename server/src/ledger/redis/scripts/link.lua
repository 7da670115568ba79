-- Does something with what a link opens, if that is the share. KEYS: fence, link. ARGV: fence, share, command, the rest of it.
if redis.call('GET', KEYS[2]) == ARGV[2] then
    redis.call(ARGV[3], KEYS[2], unpack(ARGV, 4))
end
return {'ok'}
