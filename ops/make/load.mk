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
