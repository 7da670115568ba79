-- The ledger's time, in milliseconds: never before what it was, to any server.
-- KEYS: fence, clock. ARGV: fence, what the machine's clock says (or nothing: Redis knows), the latest moment that the
-- server was told, how far it may go ahead at once (nothing: only look), how often it is noted.
local machine = tonumber(ARGV[2])
if not machine then
    local time = redis.call('TIME')
    machine = time[1] * 1000 + math.floor(time[2] / 1000)
end
local noted = tonumber(redis.call('GET', KEYS[2]) or '')
if ARGV[4] == '' then
    return {'ok', machine, noted or false}
end
local reached = math.max(noted or 0, tonumber(ARGV[3]))
if noted and machine > reached + tonumber(ARGV[4]) then
    return {'ahead', machine - reached}
end
local now = math.max(machine, reached)
-- Not every millisecond: a change is a write to the disk. But at once if the clock went back.
if not noted or now >= noted + tonumber(ARGV[5]) or (machine < reached and now > noted) then
    redis.call('SET', KEYS[2], string.format('%.0f', now))
end
return {'ok', now}
