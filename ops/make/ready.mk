# The ready floors, compiled into the node.
READY_FLOORS := $(sort $(wildcard node/place/floors/*.json))
GEN_OBJS_node-place += $B/gen/ready_floors.o
$B/gen/ready_floors.c: ops/lib/embed-floors $(READY_FLOORS) node/place/floors
	@mkdir -p $(@D)
	@ops/lib/embed-floors $(READY_FLOORS) >$@
