# For tests/integration/test_fed_profile.py.
$B/fed-say: $B/tests/lib/fed_say.o $(LIBS)
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
