-- The highest index of a part: noted beside the record, or looked for where an older server stored the parts.
local function highest(record, objects)
    local noted = tonumber(redis.call('HGET', record, 'last') or '')
    if noted then
        return noted
    end
    local last = -1
    for _, slot in ipairs(redis.call('HKEYS', objects)) do
        last = math.max(last, tonumber(slot) or -1)
    end
    return last
end
