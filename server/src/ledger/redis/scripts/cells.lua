-- Cells of links stand in the hash of their record, each in the field "link:" and the link's id.
-- All of them, as id and bytes, one after the other.
local function cells_of(record)
    local all, cells = redis.call('HGETALL', record), {}
    for i = 1, #all, 2 do
        if string.sub(all[i], 1, 5) == 'link:' then
            cells[#cells + 1] = string.sub(all[i], 6)
            cells[#cells + 1] = all[i + 1]
        end
    end
    return cells
end
