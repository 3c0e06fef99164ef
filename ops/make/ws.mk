# The oracle and yardstick beside the frame reader (tests/unit/io/test_ws_oracle.c,
# tests/bench/place_ws.c): tests alone link it.
$B/unit $B/bench: PKG_LIBS += -lwslay
# A realtime server whose feature echoes.
$B/unit $B/integration: $B/tests/lib/live_fixture.o
