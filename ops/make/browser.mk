# The client: its pure modules, then whole pages in real browsers against whole nodes.
.PHONY: browser
browser: all web lint-web ## the client in Chromium, Firefox and WebKit against whole nodes (ONLY=part of a name)
	@status=0; $(MAKE) --no-print-directory -s check-web || status=1; \
	  tests/browser/run $(ONLY) || status=1; exit $$status

# The clock of the place: tests/browser/quarter.ts says who does what at which minute.
.PHONY: quarter
MINUTES ?= 15
quarter: all web lint-web ## a quarter of an hour of three children and one of the staff, in real time (MINUTES=15)
	@IBASHO_QUARTER_MIN=$(MINUTES) tests/browser/run browser/quarter.ts
