-- Replaces all that is kept of a record; without a write id, it is removed.
-- KEYS: fence, record, objects, links, note, log, due.
-- ARGV: fence, the record's name, write id (or nothing), due, bytes, the content of which it accepts parts (or 0), note with its version (or
-- nothing), how many links, how many objects and how many cells follow, those links, objects as slot and bytes, cells as
-- field and bytes, then lines.
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
redis.call('ZREM', KEYS[7], ARGV[2])
if not ARGV[3] then
    return {'ok'}
end
redis.call('HSET', KEYS[2], 'write', ARGV[3], 'bytes', ARGV[5], 'open', ARGV[6], 'objects', ARGV[3])
redis.call('ZADD', KEYS[7], ARGV[4], ARGV[2])
if ARGV[7] ~= '' then
    redis.call('SET', KEYS[5], ARGV[7])
end
local objects = 11 + tonumber(ARGV[8])
local cells = objects + 2 * tonumber(ARGV[9])
local lines = cells + 2 * tonumber(ARGV[10])
for i = 11, objects - 1 do
    redis.call('SADD', KEYS[4], ARGV[i])
end
for i = objects, cells - 1, 2 do
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
for i = cells, lines - 1, 2 do
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
for i = lines, #ARGV do
    redis.call('RPUSH', KEYS[6], ARGV[i])
end
return {'ok'}
