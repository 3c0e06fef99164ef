# One day of a federation, shown to whoever decides about it (tests/day).
.PHONY: demo-day
demo-day: ## a prefecture, a city and two towns live a day; what was proven, line by line (some ten minutes, ARGS=chapters)
	@ops/setup test
	@$(MAKE) --no-print-directory -s all web
	@tests/day/run $(ARGS)
