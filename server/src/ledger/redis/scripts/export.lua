-- Reads all that is kept of a record.
-- KEYS: fence, record, objects, links, note, log, due. ARGV: fence, the record's name.
local row = redis.call('HMGET', KEYS[2], 'write', 'bytes', 'open')
if not row[1] then
    return {'none'}
end
return {
    'ok', row[1], row[2], row[3], cells_of(KEYS[2]), redis.call('ZSCORE', KEYS[7], ARGV[2]), redis.call('SMEMBERS', KEYS[4]),
    redis.call('HGETALL', KEYS[3]), redis.call('GET', KEYS[5]), redis.call('LRANGE', KEYS[6], 0, -1)
}
