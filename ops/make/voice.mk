# The media program. Its SRTP is compared with libsrtp2 in tests alone.
$B/unit $B/bench: PKG_LIBS += -lsrtp2
# A browser's half of a handshake, for both.
$B/unit $B/bench: $B/tests/unit/voice/dtls_client.o
