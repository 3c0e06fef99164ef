# A contract's end as people live it: tests/browser/leaving_day.ts says who does what at which screen.
.PHONY: leaving-day
leaving-day: all web lint-web ## a small town's contract ends through the screens, on a volume of its own; another contractor's node goes on
	@tests/browser/leaving_day
