# What node/server generates: the client's types from the rows.
node/web/src/wire.ts: $B/ibasho-rows
	@$< wire >$@.new && { cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@; }

# Where the front lets more than a JSON body pass.
ops/front/bodies: $B/ibasho-rows
	@$< bodies >$@.new && { cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@; }
all: ops/front/bodies

# Debian's linker keeps libraries nothing refers to; pango alone would cost the node 2 MB.
LINK_release += -Wl,--as-needed
LINK_debug   += -Wl,--as-needed

# For tests/integration/test_path_whatwg.py.
$B/path-say: $B/tests/lib/path_say.o $B/node-server.a $B/node-base.a
	$(CC) $(LDFLAGS) $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS) -o $@
