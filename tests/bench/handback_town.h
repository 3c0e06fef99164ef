/* tests/bench/handback_town.h - what a town has at the end of a contract, on top of
 * logs_fixture.h: leaves for its rows, and files. Threads: one.  Owns: nothing. */
#ifndef TESTS_BENCH_HANDBACK_TOWN_H
#define TESTS_BENCH_HANDBACK_TOWN_H

#include "tests/integration/logs_fixture.h"

/* A leaf for every row of a leaf table that has none, and a checkpoint behind them. */
NODISCARD enum err handback_town_leaves(struct logs_fixture *f, struct fail *why);
/* n files of 1 MiB that do not compress, each its own, of everybody in turn. */
NODISCARD enum err handback_town_files(struct logs_fixture *f, int n, struct fail *why);

#endif
