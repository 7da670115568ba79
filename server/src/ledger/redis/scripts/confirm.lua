-- Whether a record still has the write id (or nothing, if there is none) that was read.
-- KEYS: fence, record.
if (redis.call('HGET', KEYS[2], 'write') or '') == ARGV[2] then
    return {'ok'}
end
return {'conflict'}
