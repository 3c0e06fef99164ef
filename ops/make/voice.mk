# The media program. Its SRTP is compared with libsrtp2 in tests alone.
$B/unit $B/bench: PKG_LIBS += -lsrtp2
# Browsers over memory.
PEERS := $B/tests/unit/voice/peer.o $B/tests/unit/voice/dtls_client.o
$B/unit $B/bench: $(PEERS)
$B/fuzz-voice_demux: LDFLAGS += $(PEERS)
$B/fuzz-voice_demux: $(PEERS)
# The transport half on a socket, for tests/integration/test_voice_peer.py.
$B/voice-say: $B/tests/lib/voice_say.o $B/voice.a $B/node-base.a
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
