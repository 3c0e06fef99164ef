# Links without a database or a lesson, for tests/integration/test_links.py and
# tests/bench/link_figures.py.
$B/link-say: $B/tests/lib/link_say.o $B/federation.a $B/node-io.a $B/node-db.a $B/node-base.a
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
