# The key agent is linked to what it uses and nothing else: fewer pages, fewer doors.
$B/ibasho-keyd: LDFLAGS += -Wl,--as-needed
# Their fixture runs the agent that lies beside them.
$B/integration $B/bench: | $B/ibasho-keyd

# The words of a key sheet.
GEN_OBJS_tenants += $B/gen/sheet_words.o
$B/gen/sheet_words.c: ops/lib/gen-words ops/data/sheet-words.ja.txt
	@mkdir -p $(@D)
	@ops/lib/gen-words ops/data/sheet-words.ja.txt >$@

# `ibasho conf` shows the agent's rows too.
$B/ibasho: $B/ops/keyd/keyd_conf.o
