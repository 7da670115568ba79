-- Reads one key. ARGV: the command, then what follows its key.
return {'ok', redis.call(ARGV[2], KEYS[2], unpack(ARGV, 3))}
