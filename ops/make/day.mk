# One day of a federation, shown to whoever decides about it (tests/day).
.PHONY: demo-day
demo-day: ## a prefecture, a city and two towns live a day; prints what was proven, line by line (some 15 minutes)
	@ops/setup test
	@$(MAKE) --no-print-directory -s all web
	@tests/day/run $(ARGS)
