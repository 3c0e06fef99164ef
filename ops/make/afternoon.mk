# The clock of a town: tests/browser/afternoon.ts says who does what at which minute of three hours.
.PHONY: afternoon
afternoon: all web lint-web ## four children, two of the staff, a night, a Monday, told on one script (MINUTES=15)
	@IBASHO_AFTERNOON_MIN=$(MINUTES) tests/browser/run browser/afternoon.ts
