-- What is due in one tag: moments and names, the longest due first.
-- KEYS: fence, due. ARGV: fence, now, how many, then the moment and name of the last one before, if there was one.
local last = ARGV[4]
-- Lua would compare by the rules of the machine's language.
local function comes_after(a, b)
    for i = 1, #a do
        if a:byte(i) ~= b:byte(i) then
            return a:byte(i) > b:byte(i)
        end
    end
    return false
end
if not last then
    return {'ok', redis.call('ZRANGE', KEYS[2], '-inf', ARGV[2], 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')}
end
-- Those of the same moment are in order of their names.
local from = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. last)
local of_moment = redis.call('ZCOUNT', KEYS[2], last, last)
local most, name, found = tonumber(ARGV[3]), ARGV[5], {}
while of_moment > 0 and #found < most * 2 do
    local page = redis.call('ZRANGE', KEYS[2], from, from + math.min(of_moment, 256) - 1)
    for _, member in ipairs(page) do
        if comes_after(member, name) and #found < most * 2 then
            found[#found + 1] = member
            found[#found + 1] = last
        end
    end
    from, of_moment = from + #page, of_moment - #page
end
local later = redis.call('ZRANGE', KEYS[2], '(' .. last, ARGV[2], 'BYSCORE', 'LIMIT', 0, most - #found / 2, 'WITHSCORES')
for _, value in ipairs(later) do
    found[#found + 1] = value
end
return {'ok', found}
