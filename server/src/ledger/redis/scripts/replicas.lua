-- Remembers how many replicas acknowledge every change: what the operator says, or the most there ever were. Answers how
-- many that was before. KEYS: fence, how many. ARGV: fence, how many now, whether the operator says so.
local before, now = tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[2])
if now > before or (now < before and ARGV[3] == '1') then
    redis.call('SET', KEYS[2], now)
end
return {'ok', before}
