-- Whether it is time again, for whoever asks first. KEYS: fence, any. ARGV: fence, seconds until the next time.
if redis.call('SET', KEYS[2], '', 'NX', 'EX', ARGV[2]) then
    return {'ok'}
end
return {'later'}
