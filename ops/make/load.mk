# The load generator and the stage it plays on (tests/load/README.md).
LOAD_SRCS := tests/load/load.c tests/load/scene.c tests/load/wire.c
$B/load: $(patsubst %.c,$B/%.o,$(LOAD_SRCS)) $B/node-base.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -o $@

# Fixtures of the integration tests make its town.
$B/stage: $(patsubst %.c,$B/%.o,tests/load/stage.c node/features.c \
          $(FIXTURES)) $(LIBS)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(PKG_LIBS) -o $@

# A long one, apart from every suite: tests/load/soak.py says what it watches and when it fails.
.PHONY: soak
MINUTES ?= 480
PEOPLE  ?= 50
soak: ## an afternoon again and again on a whole node: memory, files, speed, the record (MINUTES=480 PEOPLE=50)
	@$(MAKE) --no-print-directory FLAVOUR=release all build/release/load web >&2
	@IBASHO_BUILD=build/release /usr/bin/python3 tests/load/soak.py $(MINUTES) $(PEOPLE)

# People who write (tests/bench/chat_figures.py).
$B/chat: $B/tests/load/chat.o $B/tests/load/wire.o $B/node-base.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -o $@
