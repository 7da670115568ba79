-- Keeps a note in place of the one expected. Its first 16 bytes are its version.
-- KEYS: fence, record, note. ARGV: fence, version expected (or nothing), version and note.
local version = redis.call('GETRANGE', KEYS[3], 0, 15)
if version == string.sub(ARGV[3], 1, 16) then
    return {'ok'}
end
if redis.call('EXISTS', KEYS[2]) == 0 then
    return {'closed'}
end
if version ~= ARGV[2] then
    return {'conflict', version}
end
redis.call('SET', KEYS[3], ARGV[3])
return {'ok'}
