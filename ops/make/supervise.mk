# The supervisor's parts that unit tests reach; main.c stays out of them.
$B/unit: $(patsubst %.c,$B/%.o,$(filter-out %/main.c,$(wildcard ops/supervise/*.c)))
# Linked to what it uses and nothing else: one runs beside every node.
$B/ibasho-supervise: LDFLAGS += -Wl,--as-needed
