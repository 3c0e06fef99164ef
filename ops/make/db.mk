# What node/db generates and what proves the rows: embedded SQL, rows.ok, check-sql.
CPPFLAGS += -I$B

MIGRATIONS := $(sort $(wildcard node/db/migrations/*.sql))
GEN_OBJS_node-db += $B/gen/migrations.o
$B/gen/migrations.c: ops/lib/embed-sql $(MIGRATIONS) node/db/migrations
	@mkdir -p $(@D)
	@ops/lib/embed-sql migrations $(MIGRATIONS) >$@

# Statements over a dozen lines: FOLDER/sql/NAME.sql is the text sql_NAME of
# "gen/FOLDER-sql.h" (slashes of FOLDER as dashes).
define sql_texts
GEN_OBJS_$(subst /,-,$1) += $B/gen/$(subst /,-,$1)-sql.o
$B/gen/$(subst /,-,$1)-sql.c: ops/lib/embed-sql $(wildcard $1/sql/*.sql) $1/sql $B/gen/$(subst /,-,$1)-sql.h
	@mkdir -p $$(@D)
	@{ echo '#include "gen/$(subst /,-,$1)-sql.h"'; ops/lib/embed-sql texts $(sort $(wildcard $1/sql/*.sql)); } >$$@
$B/gen/$(subst /,-,$1)-sql.h: ops/lib/embed-sql $(wildcard $1/sql/*.sql) $1/sql
	@mkdir -p $$(@D)
	@ops/lib/embed-sql header $(sort $(wildcard $1/sql/*.sql)) >$$@
$(patsubst %.c,$B/%.o,$(wildcard $1/*.c)): | $B/gen/$(subst /,-,$1)-sql.h
endef
$(foreach d,$(FOLDERS),$(if $(wildcard $d/sql/*.sql),$(eval $(call sql_texts,$d))))

# The build stops when a table, route, statement or setting breaks a rule (node/db/rows_check.h).
$B/rows.ok: $B/ibasho-rows $(MIGRATIONS)
	@$< check node/db/migrations
	@touch $@

.PHONY: check-sql
check-sql: $B/ibasho-rows ## every statement against a freshly migrated database, tables against rows
	@tests/lib/with-cluster $B/ibasho-rows check-sql
