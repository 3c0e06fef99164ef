/* federation/series.h - a series [連続講座]: a course that one town holds and others take part
 * in, date by date (CARD-2, CARD-4, CARD-8; design section 6). The host's commissioner offers
 * it to member nodes; a guest's commissioner accepts or declines. Every node, the host too, has
 * rows of its own for it: a floor `shared-XXXXXXXX`, a course, a lesson for each date. So
 * children choose, join and are counted at home as in their own lessons, and each town keeps
 * its own logs; what a guest tells the host after a lesson is three counts. A shared lesson is
 * one date of a series.
 *
 * Here: what is on and what other parts need of it. series_priv.h: rows, checks, routes.
 * Threads: stated at each function; one of its own looks at the tables every two seconds and
 * when poked, and sends counts.  Owns: its thread, a read connection. */
#ifndef FEDERATION_SERIES_H
#define FEDERATION_SERIES_H

#include "node/base/id.h"
#include "node/base/services.h"
#include "node/db/db.h"

#define SERIES_PEERS_MOST    16 /* guests of one series */
#define SERIES_FLOOR_CAP     33
#define SERIES_KEY_BYTES     32
#define SERIES_PSEUD_BYTES   10
#define SERIES_AHEAD_MIN     15 /* a lesson is told this long before it begins ... */
#define SERIES_AFTER_MIN     10 /* ... and until this long after it has ended */
#define SERIES_WATCHERS_MOST 4

struct series;

struct shared_lesson {
    uint32_t class;           /* unique at the host; every date has its own */
    struct id series, lesson; /* lesson: class_lesson.lesson of this node */
    struct id host;           /* its node; this one when is_host */
    bool is_host;
    char floor[SERIES_FLOOR_CAP]; /* "shared-" and 8 of a-z 2-7; the same at every node */
    int64_t from_utc_us, to_utc_us;
    /* At the host: the guests that accepted, with the places each was given. At a guest: the
     * host alone, and places[0] are the guest's own. */
    struct id peers[SERIES_PEERS_MOST];
    int places[SERIES_PEERS_MOST];
    int n_peers;
    uint8_t evidence_key[SERIES_KEY_BYTES]; /* of the series, the same at every node */
};

struct series_conf {
    const struct services *services; /* writer, keyring, live, lessons, federation */
    struct db_conf db;
    const struct stmt_table *stmts;
};
NODISCARD enum err series_open(const struct series_conf *conf, struct series **out,
                               struct fail *why);
/* What is on, soon on, or ended just now (not cancelled, the series neither ended nor left),
 * whenever that changed: fn on the live thread, `at` borrowed until it returns, in the order of
 * series, then of time. Everything is in it, not the difference. Before series_start, at most
 * SERIES_WATCHERS_MOST; fn is not called any more once series_stop has returned and the live
 * server has ended. */
void series_watch(struct series *series,
                  void (*fn)(void *arg, const struct shared_lesson *at, size_t n), void *arg);
/* After the place and federation: the thread begins. Once. */
NODISCARD enum err series_start(struct series *series, struct fail *why);
/* The live server has ended, the writer has not. NULL: nothing. */
void series_stop(struct series *series);
void series_close(struct series **series); /* after the writer has stopped */

/* Any thread: something of a series was committed, look now. NULL: nothing. */
void series_poke(struct series *series);

/* Any thread. By what other towns know an account through one series: the same through it,
 * another in another one, and no way back (CARD-4). May wait for the key agent the first time;
 * the thread has asked before it tells of a lesson. ERR_LOCKED, ERR_UNAVAILABLE. */
NODISCARD enum err series_pseud(struct series *series, struct id series_id, struct id account,
                                uint8_t out[SERIES_PSEUD_BYTES], struct fail *why);
/* As text: 16 of a-z 2-7 and a NUL. */
#define SERIES_PSEUD_TEXT_CAP 17
void series_pseud_text(const uint8_t pseud[SERIES_PSEUD_BYTES],
                       char text_out[SERIES_PSEUD_TEXT_CAP]);

#endif
