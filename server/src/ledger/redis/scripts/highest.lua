-- Where the highest index of a content is noted, beside the record. The first content has the names of before there
-- were others.
local function last_field(content)
    return content == '1' and 'last' or 'last:' .. content
end
-- The name of a part.
local function part_name(content, index)
    return (content == '1' and '' or content .. '/') .. string.format('%d', index)
end
-- The highest index of a part: noted, or looked for where an older server stored the parts, or another ledger.
local function highest(record, objects, content)
    local noted = tonumber(redis.call('HGET', record, last_field(content)) or '')
    if noted then
        return noted
    end
    local last = -1
    for _, slot in ipairs(redis.call('HKEYS', objects)) do
        local index = content == '1' and slot or string.match(slot, '^' .. content .. '/(.*)$')
        last = math.max(last, tonumber(index or '') or -1)
    end
    return last
end
