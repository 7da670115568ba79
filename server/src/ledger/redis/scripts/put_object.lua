-- Notes an object in place of the one expected, if the record accepts parts. One that came late, after another took its
-- place, does nothing: the blob that it names may be gone.
-- KEYS: fence, record, objects. ARGV: fence, slot, object expected (or nothing), object, write id of the objects to be.
local object = redis.call('HGET', KEYS[3], ARGV[2]) or ''
if object == ARGV[4] then
    return {'ok'}
end
if redis.call('HGET', KEYS[2], 'open') ~= '1' then
    return {'closed'}
end
if object ~= ARGV[3] then
    return {'conflict', object}
end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
redis.call('HSET', KEYS[2], 'objects', ARGV[5])
local index = tonumber(ARGV[2])
if index then
    redis.call('HSET', KEYS[2], 'last', string.format('%d', math.max(index, highest(KEYS[2], KEYS[3]))))
end
return {'ok'}
