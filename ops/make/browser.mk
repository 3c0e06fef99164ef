.PHONY: browser
browser: all web ## the client in real browsers against whole nodes
	@tests/browser/run $(ONLY)
