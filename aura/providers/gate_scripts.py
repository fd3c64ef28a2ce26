"""What the gate decides inside Redis, each in one step. Lua; times are milliseconds of Redis's clock.

Keys of all: the circuit (a hash), the places (token → end of its lease), the pause (its code), the failures.
"""

OPENS_AFTER = 5
WITHIN_MS = 60_000
FIRST_OPEN_MS = 30_000
LONGEST_OPEN_MS = 300_000
PROBE_WAIT_MS = 5_000

_NOW = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"

ENTER = (
    _NOW
    + f"""
local token, limit, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local pause = redis.call('PTTL', KEYS[3])
if pause > 0 then return {{'paused', pause, redis.call('GET', KEYS[3])}} end
local open_until = tonumber(redis.call('HGET', KEYS[1], 'open_until') or '0')
if open_until > now then return {{'open', open_until - now, ''}} end
if open_until > 0 and tonumber(redis.call('HGET', KEYS[1], 'probe_until') or '0') > now then
  return {{'open', {PROBE_WAIT_MS}, ''}}
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= limit then return {{'full', 0, ''}} end
redis.call('ZADD', KEYS[2], now + lease, token)
redis.call('PEXPIRE', KEYS[2], lease)
if open_until > 0 then redis.call('HSET', KEYS[1], 'probe', token, 'probe_until', now + lease) end
return {{'in', 0, ''}}
"""
)
"""Arguments: token, places, lease. Answers ``{in | full | open | paused, wait, code}``."""

RENEW = (
    _NOW
    + """
local token, lease = ARGV[1], tonumber(ARGV[2])
if redis.call('ZADD', KEYS[2], 'XX', 'CH', now + lease, token) > 0 then redis.call('PEXPIRE', KEYS[2], lease) end
if redis.call('HGET', KEYS[1], 'probe') == token then redis.call('HSET', KEYS[1], 'probe_until', now + lease) end
"""
)
"""Arguments: token, lease."""

LEAVE = (
    _NOW
    + f"""
local token, outcome, ms, code, pause = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
redis.call('ZREM', KEYS[2], token)
local probe = redis.call('HGET', KEYS[1], 'probe') == token
if probe then redis.call('HDEL', KEYS[1], 'probe', 'probe_until') end
if outcome == 'none' then return false end
redis.call('HSET', KEYS[1], 'last_ms', ms, 'last_at', now, 'last_code', code)
if pause > redis.call('PTTL', KEYS[3]) and pause > 0 then redis.call('SET', KEYS[3], code, 'PX', pause) end
local opened = redis.call('HEXISTS', KEYS[1], 'open_until') == 1
if outcome == 'answered' then
  if probe then
    redis.call('HDEL', KEYS[1], 'open_until', 'opens')
    redis.call('DEL', KEYS[4])
    return 'closed'
  end
  -- An answer makes up for a failure: one in two hundred must not stop a busy service.
  redis.call('ZPOPMIN', KEYS[4])
  return false
end
if opened and not probe then return false end
local opens = 1
if probe then
  opens = redis.call('HINCRBY', KEYS[1], 'opens', 1)
else
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - {WITHIN_MS})
  redis.call('ZADD', KEYS[4], now, token)
  redis.call('PEXPIRE', KEYS[4], {WITHIN_MS})
  if redis.call('ZCARD', KEYS[4]) < {OPENS_AFTER} then return false end
  redis.call('DEL', KEYS[4])
end
local rest = math.min({FIRST_OPEN_MS} * 2 ^ (opens - 1), {LONGEST_OPEN_MS})
redis.call('HSET', KEYS[1], 'open_until', now + rest, 'opens', opens)
return 'open'
"""
)
"""Arguments: token, ``answered | failed | none``, milliseconds, code, pause. Answers the circuit's change, if any."""
