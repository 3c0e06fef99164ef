/* node/place/place.h - the place of one node: floors in force, who visits, what is written of
 * it. Opened with the other services; everything about people is owned by the live thread, and
 * whatever another thread wants goes there as a message. Its looking thread reads the database
 * every PLACE_LOOK_MS and when poked, so that a change by whatever way reaches people inside
 * within 5 s (AI-2.3-ア, AI-4.3-イ-エ-2).
 * Threads: stated at each function.  Owns: the looking thread, floors, visits. */
#ifndef NODE_PLACE_PLACE_H
#define NODE_PLACE_PLACE_H

#include "node/base/services.h"
#include "node/db/db.h"
#include "node/io/live.h"
#include "node/place/world.h"

struct place;

#define PLACE_LOOK_MS 2000

struct place_conf {
    const struct services *services; /* writer, settings, hours, keyring, accounts are open */
    struct db_conf db;
    const struct stmt_table *stmts;
};
/* Reads floors and rules once, closes visits a killed program left open (lost after a minute),
 * starts the looking thread. */
NODISCARD enum err place_open(const struct place_conf *conf, struct db *db,
                              struct place **place_out, struct fail *why);
/* Once, before it serves: it does from then on, as soon as seats of before are read. */
void place_live_set(struct place *place, struct live *live);
/* The live server has ended. */
void place_close(struct place **place);
/* Any thread: something was changed, look now. */
void place_poke(struct place *place);

/* ---- what a ticket carries: made by an HTTP worker, then the live thread's ---- */

struct place_pass {
    struct caller caller;
    struct world_look look;
    char grade[16]; /* "" when of none */
    struct id classes[WORLD_GROUPS_CAP];
    int n_classes; /* look.groups are their codes */
    bool is_trial;
    unsigned ways; /* how he may be talked to (tenants/profile) */
    uint64_t mark; /* of all of the above as the database has it (look.h) */
};
/* is_first and days_absent compare with the days before today (Japan), so that they are the
 * same all day. ERR_NOT_FOUND: the account may not be signed in; ERR_LOCKED, ERR_UNAVAILABLE:
 * names cannot be opened now. */
NODISCARD enum err place_pass_make(const struct services *services, struct db *db,
                                   const struct caller *caller, int64_t now_utc_us,
                                   struct place_pass **pass_out, struct fail *why);
void place_pass_free(void *pass);

#endif
