# The media program. Its SRTP is compared with libsrtp2 in tests alone.
$B/unit $B/bench: PKG_LIBS += -lsrtp2
# Browsers over memory, for both.
$B/unit $B/bench: $B/tests/unit/voice/dtls_client.o $B/tests/unit/voice/peer.o
