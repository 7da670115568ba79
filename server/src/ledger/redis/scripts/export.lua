-- Reads all that is kept of a record.
-- KEYS: fence, record, objects, links, note, log, due. ARGV: fence, the record's name.
local row = redis.call('HMGET', KEYS[2], 'write', 'bytes', 'open')
if not row[1] then
    return {'none'}
end
local all, cells = redis.call('HGETALL', KEYS[2]), {}
for i = 1, #all, 2 do
    if string.sub(all[i], 1, 5) == 'link:' then
        cells[#cells + 1] = string.sub(all[i], 6)
        cells[#cells + 1] = all[i + 1]
    end
end
return {
    'ok', row[1], row[2], row[3], cells, redis.call('ZSCORE', KEYS[7], ARGV[2]), redis.call('SMEMBERS', KEYS[4]),
    redis.call('HGETALL', KEYS[3]), redis.call('GET', KEYS[5]), redis.call('LRANGE', KEYS[6], 0, -1)
}
