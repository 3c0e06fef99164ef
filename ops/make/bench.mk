# Figures, each one JSON line. `make bench ONLY=foundation.` runs those whose name begins so.
ONLY ?=
.PHONY: bench
bench: ## figures as JSON lines (ONLY=prefix), CPU time per unit or ratios
	@$(MAKE) --no-print-directory FLAVOUR=release all build/release/bench web >&2
	@tests/bench/run "$(ONLY)"
