# The load generator and the yardsticks it is held against (tests/load/README.md).
$B/load: $(patsubst %.c,$B/%.o,$(wildcard tests/load/*.c)) $B/node-base.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -o $@
