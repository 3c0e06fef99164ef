# The key agent is linked to what it uses and nothing else: fewer pages, fewer doors.
$B/ibasho-keyd: LDFLAGS += -Wl,--as-needed
# Their fixture runs the agent that lies beside them.
$B/integration $B/bench: | $B/ibasho-keyd
