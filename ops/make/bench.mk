# Figures, each one JSON line. `make bench ONLY=foundation.` runs those whose name begins so.
ONLY ?=
.PHONY: bench
bench: ## figures as JSON lines (ONLY=prefix), CPU time per unit or ratios
	@ops/setup bench
	@$(MAKE) --no-print-directory FLAVOUR=release all build/release/bench build/release/stage build/release/unit \
	  build/release/load build/release/chat build/release/words-corpus web >&2
	@tests/bench/run "$(ONLY)"
