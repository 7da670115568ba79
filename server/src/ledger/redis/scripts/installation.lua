-- Stands before every script about records: nothing is read or changed unless this tag is of the installation that
-- the server serves. So what was emptied, or is somebody else's, is noticed in the same step.
-- KEYS[1]: the tag's fence. ARGV[1]: what it has to be, or nothing.
local fence = redis.call('GET', KEYS[1]) or ''
if fence ~= ARGV[1] then
    return {'foreign', fence}
end
