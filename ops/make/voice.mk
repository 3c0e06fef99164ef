# The media program. Its SRTP is compared with libsrtp2 in tests alone.
$B/unit $B/bench: PKG_LIBS += -lsrtp2
# Browsers over memory.
PEERS := $B/tests/unit/voice/peer.o $B/tests/unit/voice/dtls_client.o
$B/unit $B/bench: $(PEERS)
$B/fuzz-voice_demux: LDFLAGS += $(PEERS)
$B/fuzz-voice_demux: $(PEERS)
