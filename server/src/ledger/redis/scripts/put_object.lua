-- Notes an object in place of the one expected, if the record accepts parts of its content. One that came late, after
-- another took its place, does nothing: the blob that it names may be gone.
-- KEYS: fence, record, objects. ARGV: fence, content, index of the part (or nothing), slot, object expected (or nothing),
-- object, write id of the objects to be.
local object = redis.call('HGET', KEYS[3], ARGV[4]) or ''
if object == ARGV[6] then
    return {'ok'}
end
if redis.call('HGET', KEYS[2], 'open') ~= ARGV[2] then
    return {'closed'}
end
if object ~= ARGV[5] then
    return {'conflict', object}
end
redis.call('HSET', KEYS[3], ARGV[4], ARGV[6])
redis.call('HSET', KEYS[2], 'objects', ARGV[7])
local index = tonumber(ARGV[3])
if index then
    local last = math.max(index, highest(KEYS[2], KEYS[3], ARGV[2]))
    redis.call('HSET', KEYS[2], last_field(ARGV[2]), string.format('%d', last))
end
return {'ok'}
