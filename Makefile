# Ibasho. `make` prints this help; `make run` starts the demo, `make test` runs every test.
# Everything built lands in build/, everything running in var/ (links only; see ops/README.md).
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
MAKEFLAGS += --no-builtin-rules

FLAVOUR ?= debug
B       := build/$(FLAVOUR)
# libFuzzer and its coverage report come with clang; everything else is built by gcc.
CC       = $(if $(filter fuzz clang,$(FLAVOUR)),clang-14,gcc)

# What each library is for stands in ops/dependencies.md.
PKGS := libmicrohttpd libcurl libpq libssl libcrypto libcjson icu-uc icu-i18n libseccomp \
        libarchive pangocairo libqrencode zlib libfido2 xlsxwriter opus
# Packages may be missing before the first `make setup`: then only that target is asked for.
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -largon2 -lpthread -lm

WARN := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion \
        -Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla \
        -Walloca -Wnull-dereference -Wimplicit-fallthrough
WARN_gcc := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init
WARN += $(if $(findstring gcc,$(CC)),$(WARN_gcc))

HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection
FLAGS_debug   := -O1 -g $(HARDEN)
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 $(HARDEN)
FLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
                 -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -g -fsanitize=thread
FLAGS_clang   := -O1 -g
# Walked, checked and counted in one build: what a corpus reaches is read off the same binary.
FLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
                 -fprofile-instr-generate -fcoverage-mapping
LINK_release  := -pie -Wl,-z,relro,-z,now
LINK_debug    := -pie

CPPFLAGS = -I. -I$B/gen -D_GNU_SOURCE $(patsubst -I%,-isystem %,$(PKG_CFLAGS))
CFLAGS   = -std=c17 -fno-common -fPIE $(WARN) $(FLAGS_$(FLAVOUR))
LDFLAGS  = $(FLAGS_$(FLAVOUR)) $(LINK_$(FLAVOUR))

# `make V=1` shows whole commands.
say = @$(if $(V),,echo "  $1 $2";)

# One archive a folder, in link order: arrows point down only (design section 2).
FOLDERS := node/server federation reporting reporting/kpi node/classes node/support node/place tenants tenants/ending tenants/people tenants/signin tenants/rights tenants/watch tenants/keys \
           tenants/roster tenants/hours tenants/profile tenants/words tenants/notify tenants/handback tenants/leaving tenants/certificate \
           voice node/io node/db node/base
SRCS     = $(foreach d,$(FOLDERS),$(wildcard $d/*.c))
LIBS     = $(foreach d,$(FOLDERS),$B/$(subst /,-,$d).a)

UNIT_SRCS        := $(shell find tests/unit -name 'test_*.c' 2>/dev/null)
INTEGRATION_SRCS := $(wildcard tests/integration/*.c)
# Fixtures of the integration tests serve the figures and the stage too, but for those that check.
FIXTURES         := $(filter-out %/town_fixture.c %/cast_fixture.c,$(wildcard tests/integration/*_fixture.c))
BENCH_SRCS       := $(wildcard tests/bench/*.c) $(FIXTURES)

PROGRAMS := ibasho-node ibasho-voice ibasho-keyd ibasho-archive ibasho ibasho-supervise
BINS      = $(addprefix $B/,$(PROGRAMS))

.PHONY: help all
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort -u \
	  | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

all: $(BINS) $B/rows.ok ## every program, checked against its rows (FLAVOUR=debug|release|asan|tsan)

$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# Generated sources land in $B/gen and are included as "gen/NAME.h".
$B/gen/%.o: $B/gen/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

define archive
$B/$(subst /,-,$1).a: $(patsubst %.c,$B/%.o,$(filter-out %/main.c,$(wildcard $1/*.c))) $(GEN_OBJS_$(subst /,-,$1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef

-include ops/make/*.mk

$(foreach d,$(FOLDERS),$(eval $(call archive,$d)))

objs = $(patsubst %.c,$B/%.o,$1)
$B/ibasho-node: $(call objs,node/main.c node/features.c) $(LIBS)
$B/ibasho-rows: $(call objs,node/rows.c node/features.c) $(LIBS)
$B/ibasho-voice: $(call objs,voice/main.c) $B/voice.a $B/node-base.a
$B/ibasho-keyd: $(call objs,$(wildcard ops/keyd/*.c)) $B/node-base.a
$B/ibasho-archive: $(call objs,$(wildcard ops/backup/*.c)) $B/node-db.a $B/node-base.a
$B/ibasho: $(call objs,$(wildcard ops/cli/*.c) $(filter-out %/main.c,$(wildcard ops/backup/*.c)) node/features.c) $(LIBS)
$B/ibasho-supervise: $(call objs,$(wildcard ops/supervise/*.c)) $B/node-base.a
$B/unit: $(call objs,tests/t.c $(UNIT_SRCS)) $(LIBS)
$B/integration: $(call objs,tests/t.c node/features.c $(INTEGRATION_SRCS)) $(LIBS)
$B/bench: $(call objs,node/features.c $(BENCH_SRCS)) $(LIBS)
$(BINS) $B/ibasho-rows $B/unit $B/integration $B/bench:
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(PKG_LIBS) -o $@

-include $(shell find $B -name '*.d' 2>/dev/null)

.PHONY: clean
clean: ## remove everything built
	rm -rf build
