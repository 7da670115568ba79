-- Changes a mark from what is expected. Never marks what has records and lost its mark. Answers the mark in force.
-- KEYS: mark, due entries beside it. ARGV: mark expected (or nothing), mark to be.
local mark = redis.call('GET', KEYS[1]) or ''
if mark ~= ARGV[1] then
    return {'ok', mark}
end
if mark == '' and redis.call('EXISTS', KEYS[2]) == 1 then
    return {'foreign', mark}
end
redis.call('SET', KEYS[1], ARGV[2])
return {'ok', ARGV[2]}
