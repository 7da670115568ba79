-- Reads a record: its bytes and its write id.
local row = redis.call('HMGET', KEYS[2], 'bytes', 'write')
if not row[2] then
    return {'none'}
end
return {'ok', row[1], row[2]}
