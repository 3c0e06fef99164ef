# Scenarios of tests/torture, run while the 1st, 2nd, ... allocation fails, in two lanes: our own
# calls under AddressSanitizer, then every call, the libraries' included, without it.
TORTURE_WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$B/torture: $(patsubst %.c,$B/%.o,$(wildcard tests/torture/*.c)) $(LIBS)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(if $(filter fuzz,$(FLAVOUR)),$(TORTURE_WRAP)) $(filter %.o,$^) \
	  -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@

.PHONY: torture
torture: ## every allocation fails once: no crash, no leak, no half result
	@$(MAKE) --no-print-directory FLAVOUR=fuzz build/fuzz/torture
	@$(MAKE) --no-print-directory FLAVOUR=debug build/debug/torture
	LLVM_PROFILE_FILE=/dev/null build/fuzz/torture $(ARGS)
	build/debug/torture $(ARGS)
