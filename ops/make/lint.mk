# Reading by machine: format, include ranks, clang-tidy, cppcheck, shell and Python syntax.
C_FILES  = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
SH_FILES = $(shell git ls-files -co --exclude-standard | xargs grep -lE '^\#!/bin/(ba)?sh' 2>/dev/null)
PY_FILES = $(shell git ls-files -co --exclude-standard '*.py')

.PHONY: lint lint-fast format
format: ## lay out every C file as .clang-format says
	clang-format -i $(C_FILES)
lint-fast:
	@clang-format --dry-run -Werror $(C_FILES)
	@ops/lib/check-ranks $(C_FILES)
	@for f in $(SH_FILES); do bash -n $$f || exit 1; done
	@/usr/bin/python3 -m py_compile $(PY_FILES)
	@echo "format, ranks, shell and Python syntax: clean"
lint: lint-fast ## format, include ranks, clang-tidy, cppcheck, shell and Python syntax
	@printf '%s\n' $(filter %.c,$(C_FILES)) | grep -v '^tests/fuzz/' \
	  | xargs -P 2 -I{} clang-tidy --quiet {} -- -std=c17 $(CPPFLAGS) -Ibuild/debug/gen \
	  || { echo "clang-tidy found something: run it on the file named above"; exit 1; }
	@cppcheck --quiet --enable=warning,style,performance,portability --error-exitcode=1 \
	  --inline-suppr --suppressions-list=ops/lib/cppcheck.suppress --std=c11 -I. -D_GNU_SOURCE \
	  $(filter %.c,$(C_FILES))
	@echo "clang-tidy and cppcheck: clean"
