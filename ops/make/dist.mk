# What another machine needs to run nodes, and nothing to build them with.
VERSION ?= $(shell cat ops/VERSION)

.PHONY: dist
dist: ## build/ibasho-VERSION.tar.gz: programs, client, templates; the same bytes every time
	@$(MAKE) --no-print-directory FLAVOUR=release all
	@$(MAKE) --no-print-directory FLAVOUR=release web
	@ops/lib/dist "$(VERSION)"
