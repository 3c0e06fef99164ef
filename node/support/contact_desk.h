/* node/support/contact_desk.h - who was in touch with whom, as it happens: the live thread says
 * each word, consoles ask when a child was last in touch, and what is to be kept is taken from
 * here by the console's thread, which writes. What is in memory comes again from the rows and
 * from the record of lines after a restart (console.h).
 * Threads: any; a lock held for a look into memory.  Owns: ties and times in memory. */
#ifndef NODE_SUPPORT_CONTACT_DESK_H
#define NODE_SUPPORT_CONTACT_DESK_H

#include "node/base/role.h"
#include "node/support/contact_store.h"

struct contact_desk;

NODISCARD enum err contact_desk_create(struct contact_desk **desk_out, struct fail *why);
void contact_desk_destroy(struct contact_desk **desk);

/* Two, one of them a child at least, did or said something to each other. The roles are those
 * of event's from and to. Of two adults nothing is remembered. */
void contact_desk_hear(struct contact_desk *desk, const struct contact_rules *rules,
                       const struct contact_event *event, enum role from, enum role to);
/* A contact that is stored already: staff noted it, or it was read after a start. */
void contact_desk_note(struct contact_desk *desk, struct id child, bool is_peer,
                       int64_t at_utc_us);

struct contact_times {
    int64_t any_utc_us;   /* last two-way contact with anybody; 0: none is known */
    int64_t staff_utc_us; /* with staff */
};
struct contact_times contact_desk_times(struct contact_desk *desk, struct id child);

/* The conversations that began since the last call, as rows (a child and a child: a row for
 * each); the caller's with free. 0: none. What is not written is put back. */
size_t contact_desk_take(struct contact_desk *desk, struct contact_row **rows_out);
void contact_desk_put_back(struct contact_desk *desk, struct contact_row *rows, size_t n);
/* Forgets conversations that are over. */
void contact_desk_sweep(struct contact_desk *desk, const struct contact_rules *rules,
                        int64_t now_utc_us);
size_t contact_desk_n_ties(struct contact_desk *desk); /* of tests */

/* The row of a conversation, seen from child. */
struct contact_row contact_row_of(struct id child, struct id other, bool is_peer,
                                  enum contact_sign sign, int64_t first_utc_us);

#endif
