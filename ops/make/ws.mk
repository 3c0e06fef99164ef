# The oracle beside the frame reader (tests/unit/server/test_ws_oracle.c): tests alone link it.
$B/unit: PKG_LIBS += -lwslay
