# Japan's holidays as a table of C, from the package of node/web/package-lock.json.
GEN_OBJS_tenants-hours += $B/gen/holidays.o
$B/gen/holidays.c: node/web/tools/holidays.ts node/web/node_modules/.ibasho-lock
	@mkdir -p $(@D)
	$(call say,GEN,$@)$(WEB_NODE) $< >$@
