# The two commands of this house, and what they stand on.
ARGS    ?=

.PHONY: setup run stop code clean-demo test check integration asan tsan storm model test-setup
setup: ## installs what Debian and npm must give, once; asks nothing
	@ops/setup test

run: ## the demo: a prefecture and two municipalities on this machine; Ctrl-C ends all (BACKGROUND=1)
	@exec ops/up $(if $(BACKGROUND),--background)

stop: ## ends what `make run BACKGROUND=1` started
	@ops/down

code: ## the six digits an adult of the demo types now: LOGIN=commissioner@aozora
	@ops/lib/demo-code "$(LOGIN)"

clean-demo: ## ends the demo and removes its users, data and addresses
	@ops/down --remove

test: ## builds, runs every suite, ends with `N passed, N failed` (ARGS=parts of suite names)
	@ops/setup test
	@tests/run $(ARGS)

check: $B/unit ## unit tests (ARGS=parts of case names)
	@$B/unit $(ARGS)

# Only what is built here and only what runs beside a private cluster; whole nodes: tests/run.
integration: $B/integration ## C tests beside a private cluster, then whole nodes
	@tests/lib/with-cluster $B/integration $(ARGS)
	@tests/run integration.

# Both instrumented builds run the unit tests and the C tests that stand on a real cluster.
asan: ## unit and cluster tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory FLAVOUR=asan instrumented
tsan: ## unit and cluster tests under the thread sanitizer
	@$(MAKE) --no-print-directory FLAVOUR=tsan instrumented

.PHONY: instrumented
instrumented: export LSAN_OPTIONS := suppressions=$(CURDIR)/tests/lib/asan.supp:print_suppressions=0
instrumented: export TSAN_OPTIONS := suppressions=$(CURDIR)/tests/lib/tsan.supp ignore_noninstrumented_modules=1
instrumented: $(BINS) $B/unit $B/integration
	@rc=0; $B/unit || rc=1; \
	  IBASHO_BUILD=$B tests/lib/with-cluster $B/integration || rc=1; exit $$rc

# LONG=1: 200 rounds. STORM="--seed N": the same storm again; STORM="--kind clock": of one kind.
storm: all ## 50 rounds of kills, standstill, full disk, clock jumps under load (LONG=1: 200); checks what was acknowledged
	@/usr/bin/python3 tests/integration/test_storm.py --rounds $(if $(LONG),200,50) $(STORM)

# SEED=N: the same histories again; MINUTES=M: as long as that. One that fails is kept in tests/federation/seeds.
model: all ## random histories of a federation of five nodes against a model (ROUNDS=20 SEED= MINUTES=)
	@IBASHO_BUILD=$B /usr/bin/python3 tests/federation/model_run.py --rounds $(or $(ROUNDS),20) \
	    $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

test-setup: ## proves the install step in a bare Debian 12 made by debootstrap
	@ops/lib/test-setup
