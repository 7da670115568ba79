-- Says which share a link opens, if it opens none, this one, or the one expected. Ends by itself unless it is kept.
-- KEYS: fence, link. ARGV: fence, share expected (or nothing), share, seconds.
local share = redis.call('GET', KEYS[2]) or ''
if share == ARGV[3] then
    if redis.call('TTL', KEYS[2]) >= 0 then
        redis.call('EXPIRE', KEYS[2], ARGV[4])
    end
    return {'ok'}
end
if share ~= ARGV[2] then
    return {'conflict', share}
end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
return {'ok'}
