# Linked to what it uses and nothing else: one runs beside every node.
$B/ibasho-archive: LDFLAGS += -Wl,--as-needed
# The parts of the archive that unit tests reach.
$B/unit: $(patsubst %.c,$B/%.o,$(filter-out %/main.c,$(wildcard ops/backup/*.c)))
