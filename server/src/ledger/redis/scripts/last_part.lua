-- The stored part of a content with the highest index. KEYS: fence, record, objects. ARGV: fence, content.
local last = highest(KEYS[2], KEYS[3], ARGV[2])
local object = redis.call('HGET', KEYS[3], part_name(ARGV[2], last))
if not object then
    return {'none'}
end
return {'ok', last, object}
