-- The stored part with the highest index. KEYS: fence, record, objects.
local last = highest(KEYS[2], KEYS[3])
local object = redis.call('HGET', KEYS[3], string.format('%d', last))
if not object then
    return {'none'}
end
return {'ok', last, object}
