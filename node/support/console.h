/* node/support/console.h - what those who watch over children look at: who is there, with whom,
 * for how long by himself (AI-4.4-カ-ハ-2, AI-2.7-エ), and the alarm when nobody watches
 * (AI-4.4-カ-ア). One thread looks each second: it writes the contacts the live thread heard
 * of, tells consoles that there is something new (at most once a second), and raises the alarm
 * of a floor on which children have been without staff for care.staffless_min.
 *
 * After a start the contacts of before are known again: their newest times from the rows, what
 * was being said from the record of lines; conversations of which a crash kept the row from
 * being written are found there, and written.
 * Threads: stated at each function.  Owns: its thread, the contact desk. */
#ifndef NODE_SUPPORT_CONSOLE_H
#define NODE_SUPPORT_CONSOLE_H

#include "node/base/services.h"
#include "node/db/db.h"
#include "node/io/care.h"
#include "node/support/contact_desk.h"

struct console;

struct console_conf {
    const struct services *services;
    struct db_conf db;
    const struct stmt_table *stmts;
};
/* Before the place opens; fills care->heard. */
NODISCARD enum err console_open(const struct console_conf *conf, struct care *care,
                                struct console **console_out, struct fail *why);
/* After the place: the thread begins. Again: nothing. */
NODISCARD enum err console_start(struct console *console, struct fail *why);
/* The thread ends, what was heard until then is written; care still stands. The writer is
 * there. NULL: nothing. */
void console_stop(struct console *console);
/* The live server has ended. */
void console_close(struct console **console);

/* Any thread: something in what consoles show changed. NULL: nothing. */
void console_touch(struct console *console);
/* Any thread. NULL: no console. */
struct contact_desk *console_contacts(struct console *console);
struct contact_rules contact_rules_now(const struct settings *settings);

/* Any thread. Of these accounts those that the record of access does not yet have as shown to
 * `by` in this hour come to the front of ids; returns how many. A console is fetched again and
 * again: each child stands in the record once an hour. *is_first_out: by's first in this hour.
 */
size_t console_unrecorded(struct console *console, struct id by, int64_t now_utc_us,
                          struct id *ids, size_t n, bool *is_first_out);
/* Now it has them: after COMMIT, so that a record that could not be written is made up for. */
void console_recorded(struct console *console, struct id by, int64_t now_utc_us,
                      const struct id *ids, size_t n);

#endif
