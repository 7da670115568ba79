-- Reads all objects of a share, and the write id of them.
local write = redis.call('HGET', KEYS[2], 'objects')
if not write then
    return {'none'}
end
return {'ok', write, redis.call('HGETALL', KEYS[3])}
