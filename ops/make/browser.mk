# The client: its pure modules, then whole pages in real browsers against whole nodes.
.PHONY: browser
browser: all web lint-web ## the client in Chromium, Firefox and WebKit against whole nodes (ONLY=part of a name)
	@status=0; $(MAKE) --no-print-directory -s check-web || status=1; \
	  tests/browser/run $(ONLY) || status=1; exit $$status
