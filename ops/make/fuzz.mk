# Fuzz targets: one per parser of outside bytes, tests/fuzz/NAME.c. FUZZ_S seconds each; a target's
# `covers:` line names the files whose lines its corpus must reach to 90 %.
FUZZ_S       ?= 60
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))

.PHONY: fuzz fuzz-build
fuzz-build:
	@$(MAKE) --no-print-directory FLAVOUR=fuzz $(addprefix build/fuzz/fuzz-,$(FUZZ_TARGETS))
fuzz: fuzz-build ## every parser: FUZZ_S=60 seconds each, then the 90 % line gate
	@tests/fuzz/run $(FUZZ_S) $(FUZZ_TARGETS)

$B/fuzz-%: $B/tests/fuzz/%.o $(LIBS)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -fsanitize=fuzzer $< -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_LIBS) -o $@
