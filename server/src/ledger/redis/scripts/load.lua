-- Reads a record: its bytes, its write id, and cells of links as id and bytes, one after the other.
-- KEYS: fence, record. ARGV: fence, the field of the cell that is wanted; "*": all of them; nothing: none.
local row = redis.call('HMGET', KEYS[2], 'bytes', 'write')
if not row[2] then
    return {'none'}
end
local cells = {}
if ARGV[2] == '*' then
    cells = cells_of(KEYS[2])
elseif ARGV[2] then
    local bytes = redis.call('HGET', KEYS[2], ARGV[2])
    if bytes then
        cells = {string.sub(ARGV[2], 6), bytes}
    end
end
return {'ok', row[1], row[2], cells}
