/* reporting/weekly_paper.h - the weekly report as an A4 document and as CSV, for one reader:
 * whom he may see and by which name is decided here, when it is drawn, by section 0 of the
 * register, so that nothing with a name lies about and who was erased has none. Totals are over
 * whom he sees. Threads: weekly_paper_make on the thread of db, the rest any.  Owns: nothing;
 * all in the arena. */
#ifndef REPORTING_WEEKLY_PAPER_H
#define REPORTING_WEEKLY_PAPER_H

#include "node/base/role.h"
#include "node/base/route.h"
#include "node/db/db.h"
#include "reporting/weekly_facts.h"
#include "reporting/weekly_store.h"

/* One pupil, his lines side by side. Texts may be empty. */
struct weekly_one {
    struct id account;
    struct span login, display, name, school;
    const struct weekly_line *lines;
    size_t n;
};
struct weekly_paper {
    struct weekly_report report;
    struct span town, title, contractor; /* of the contract; empty: none yet */
    enum role reader;
    bool has_names;          /* some pupil's real name stands in it */
    struct weekly_one *ones; /* in the order of IDs */
    size_t n;
    struct id *accounts; /* theirs */
};

/* Reads lines and names. ERR_NOT_FOUND, ERR_PROTO: see weekly_store.h; ERR_LOCKED. */
NODISCARD enum err weekly_paper_make(const struct services *services, struct db *db,
                                     const struct caller *reader,
                                     const struct weekly_report *report, int64_t now_utc_us,
                                     struct arena *arena, struct weekly_paper *out,
                                     struct fail *why);
NODISCARD enum err weekly_paper_pdf(const struct weekly_paper *paper, struct arena *arena,
                                    struct span *bytes_out, struct fail *why);
/* With a byte order mark; a field that a spreadsheet would compute is neutralised. */
NODISCARD enum err weekly_paper_csv(const struct weekly_paper *paper, struct arena *arena,
                                    struct span *bytes_out, struct fail *why);
/* "weekly-2026-11-16" */
const char *weekly_paper_name(const struct weekly_report *report, struct arena *arena);

#endif
