-- Replaces, makes or removes a record if nobody else did, together with its due entry and its lines.
-- KEYS: fence, record, objects, links, note, log, due.
-- ARGV: fence, write id expected (or nothing), write id to be (nothing: remove), write id of the objects expected (or
-- nothing), the last moment for it, what the machine's clock says (or nothing: Redis knows), the record's name, due,
-- bytes, the content of which it accepts parts (or 0), whether it stands alone, lines kept, the content whose objects are
-- removed (or nothing), how many links and how many cells follow, those links, cells as field and bytes, then lines.
local LOOK_BACK, RUN_MIN = 64, 8
local TURNS = {changed = true, paused = true, resumed = true, moved = true, ['edition-abandoned'] = true}
-- What a line of an owner's says, but for when; nothing if it is another's.
local function turn(line)
    local event = string.match(line, '"event":"([%a-]+)"')
    if TURNS[event] then
        return (string.gsub(line, '"at":%d+', '', 1))
    end
    return nil
end
-- Of a long run of an owner's turns, the last of each kind stays; of two that follow each other, always.
local function make_place(key, line)
    local says = turn(line)
    if not says then
        return
    end
    local last = redis.call('LRANGE', key, -LOOK_BACK, -1)
    local run, like, place = 0, nil, 0
    for i = #last, 1, -1 do
        local said = turn(last[i])
        if not said then
            break
        end
        run = run + 1
        if said == says and not like then
            like, place = last[i], run
        end
    end
    if like and (place == 1 or run >= RUN_MIN) then
        redis.call('LREM', key, -1, like)
    end
end
local found = redis.call('HMGET', KEYS[2], 'write', 'objects')
local write = found[1] or ''
if write == ARGV[3] and write ~= '' then
    -- Asked again, because the answer was lost.
    return {'ok'}
end
if write ~= ARGV[2] or (ARGV[4] ~= '' and (found[2] or '') ~= ARGV[4]) then
    return {'conflict', write}
end
local machine = tonumber(ARGV[6])
if not machine then
    local time = redis.call('TIME')
    machine = time[1] * 1000 + math.floor(time[2] / 1000)
end
if machine > tonumber(ARGV[5]) then
    return {'late', string.format('%.0f', machine - tonumber(ARGV[5]))}
end
if ARGV[3] == '' then
    redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
    redis.call('ZREM', KEYS[7], ARGV[7])
    return {'ok'}
end
redis.call('HSET', KEYS[2], 'write', ARGV[3], 'bytes', ARGV[9], 'open', ARGV[10])
if write == '' then
    redis.call('HSET', KEYS[2], 'objects', ARGV[3])
end
redis.call('ZADD', KEYS[7], ARGV[8], ARGV[7])
local cells = 16 + tonumber(ARGV[14])
local lines = cells + 2 * tonumber(ARGV[15])
for i = 16, cells - 1 do
    redis.call('SADD', KEYS[4], ARGV[i])
end
for i = cells, lines - 1, 2 do
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
if ARGV[13] ~= '' then
    for _, slot in ipairs(redis.call('HKEYS', KEYS[3])) do
        if (string.match(slot, '^(%d+)/') or '1') == ARGV[13] then
            redis.call('HDEL', KEYS[3], slot)
        end
    end
    redis.call('HDEL', KEYS[2], ARGV[13] == '1' and 'last' or 'last:' .. ARGV[13])
    redis.call('HSET', KEYS[2], 'objects', ARGV[3])
end
if ARGV[11] == '1' then
    for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
        if string.sub(field, 1, 5) == 'link:' then
            redis.call('HDEL', KEYS[2], field)
        end
    end
    redis.call('UNLINK', KEYS[3], KEYS[5], KEYS[6])
elseif ARGV[lines] then
    for i = lines, #ARGV do
        make_place(KEYS[6], ARGV[i])
        redis.call('RPUSH', KEYS[6], ARGV[i])
    end
    redis.call('LTRIM', KEYS[6], -tonumber(ARGV[12]), -1)
end
return {'ok'}
