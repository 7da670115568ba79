-- Changes a fence from what is expected. Never gives one to what has records and lost its fence. Answers the fence in force.
-- KEYS: fence, due entries of the tag. ARGV: fence expected (or nothing), fence to be.
local fence = redis.call('GET', KEYS[1]) or ''
if fence ~= ARGV[1] then
    return {'ok', fence}
end
if fence == '' and redis.call('EXISTS', KEYS[2]) == 1 then
    return {'foreign', fence}
end
redis.call('SET', KEYS[1], ARGV[2])
return {'ok', ARGV[2]}
