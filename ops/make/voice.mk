# The media program is linked to what it uses and nothing else. Its SRTP is compared with libsrtp2
# in tests alone.
$B/ibasho-voice: LDFLAGS += -Wl,--as-needed
$B/unit $B/bench: PKG_LIBS += -lsrtp2
# Browsers over memory.
PEERS := $B/tests/unit/voice/peer.o $B/tests/unit/voice/dtls_client.o
$B/unit $B/bench: $(PEERS)
$B/fuzz-voice_demux: LDFLAGS += $(PEERS)
$B/fuzz-voice_demux: $(PEERS)
# The transport half on a socket, for tests/integration/test_voice_peer.py; a node's part towards
# the whole program, for test_voice.py.
$B/voice-say: $B/tests/lib/voice_say.o $B/voice.a $B/node-base.a
$B/voice-node: $B/tests/lib/voice_node.o $B/voice.a $B/node-base.a
$B/voice-say $B/voice-node:
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
# The node's line is tested with the program that lies beside.
$B/integration: | $B/ibasho-voice
