# The mask of released figures, for the auditor in tests/reporting/.
$B/kpi-mask-say: $B/tests/lib/kpi_mask_say.o $(LIBS)
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@

# SEED=N: the same prefectures again.
.PHONY: kpi-audit
kpi-audit: $B/kpi-mask-say ## 1,000 made-up prefectures x 12 months: what an outsider can work out of released figures (PREFECTURES= SEED=)
	@/usr/bin/python3 tests/reporting/kpi_audit.py $B/kpi-mask-say --prefectures $(or $(PREFECTURES),1000) \
	    $(if $(SEED),--seed $(SEED))
