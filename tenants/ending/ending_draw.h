/* tenants/ending/ending_draw.h - the proof of one person's end on A4 (NI-2.3.4-4b).
 * Threads: any. */
#ifndef TENANTS_ENDING_ENDING_DRAW_H
#define TENANTS_ENDING_ENDING_DRAW_H

#include "node/base/arena.h"
#include "tenants/ending/ending_facts.h"

struct ending_paper {
    const struct ending_facts *facts;
    struct span town_ja, note;
    const struct data_table_list *tables; /* what each table is called */
    int64_t now_utc_us;
};
/* The PDF's bytes in the arena. */
NODISCARD enum err ending_draw(const struct ending_paper *paper, struct arena *arena,
                               struct span *pdf_out, struct fail *why);
/* What a table of data is called; its own name when there is no such row. */
struct span ending_table_ja(const struct data_table_list *tables, struct span name);
struct span ending_column_ja(const struct data_table_list *tables, struct span table,
                             struct span column);

#endif
