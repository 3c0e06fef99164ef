# Links without a database or a lesson, for tests/integration/test_links.py and
# tests/bench/federation_figures.py.
$B/link-say: $B/tests/lib/link_say.o $(LIBS)
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
