# What node/server generates: the client's types from the rows.
node/web/src/wire.ts: $B/ibasho-rows
	@$< wire >$@.new && { cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@; }

# Debian's linker keeps libraries nothing refers to; pango alone would cost the node 2 MB.
LINK_release += -Wl,--as-needed
LINK_debug   += -Wl,--as-needed
