# Browsers by the dozen before the media program (tests/load/voice_crowd.c).
CROWD_OBJS := $(patsubst %,$B/tests/%.o,load/voice_crowd load/voice_flood unit/voice/dtls_client)
$B/voice-crowd: $(CROWD_OBJS) $B/voice.a $B/node-base.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@

# A flood beside 20 voices, and as long without before it.
.PHONY: voice-flood
voice-flood: ## malformed packets beside 20 voices: what is lost, what is dropped, memory (FOR=60 RATE=5000)
	@$(MAKE) --no-print-directory FLAVOUR=release all build/release/voice-crowd >&2
	@IBASHO_BUILD=build/release VOICE_FLOOD_S=$(or $(FOR),60) VOICE_FLOOD_RATE=$(or $(RATE),5000) \
	  /usr/bin/python3 tests/integration/test_voice_flood.py
