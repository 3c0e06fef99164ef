/* node/place/mirror_priv.h - what the files of the place ask and tell a mirror (mirror.h).
 * Where a floor has none each of these is a look at a pointer. Threads: the live
 * thread's.  Owns: nothing. */
#ifndef NODE_PLACE_MIRROR_PRIV_H
#define NODE_PLACE_MIRROR_PRIV_H

#include "node/place/chat_priv.h"
#include "node/place/mirror.h"
#include "node/place/mirror_rows.h"

struct mirror_figure {
    struct mirror *mirror;
    struct mirror_figure *next;
    struct world_person *person;
    void *owner;
    uint64_t number;        /* of no other figure of this place */
    struct speech_far *far; /* speech_far.c: its voice; NULL: none is open */
};

/* What holds for somebody of ours. */
struct mirror_stopped {
    struct mirror_stopped *next;
    struct id account;
    unsigned what; /* a set of enum mirror_what */
};

struct mirror {
    struct place *place;
    struct place_floor *floor;
    const struct mirror_feature *feature;
    struct world_watch watch;
    struct mirror_figure *figures;
    struct mirror_stopped *stops;
    struct mirror_out *out;
    int n_out;
    bool has_notice, is_cut; /* has_notice: there is something to say */
    int64_t since_utc_us;
    unsigned gen; /* of what is to be said; of no other mirror of this place */
};

/* ---- of a floor ---- */

/* Opened by the gate alone. */
bool mirror_is_shared(struct span floor);
/* Its answer: may he come to that shared floor now? */
bool mirror_gate(const struct place *place, const struct place_pass *pass, struct span floor,
                 int64_t now_utc_us);
/* The host's staff put him out of it. */
bool mirror_shuts(const struct place_floor *floor, struct id account);
/* The host's staff stopped that of him, on this floor. */
bool mirror_holds(const struct visit *visit, enum mirror_what what);
/* True: refused, since the host's staff stopped that. */
bool mirror_refuses(struct command_call *call, const struct visit *visit,
                    enum mirror_what what);
/* mirror.state to whoever has not heard it yet. */
void mirrors_sweep(struct place *place, struct place_now now);
/* The place ends; whoever began one does not end it any more. */
void mirrors_free(struct place *place);

/* ---- of words and signs ---- */

/* A line that everybody on that channel was told. */
void mirror_said(struct place *place, const struct chat_where *where,
                 const struct chat_line *line);
void mirror_hid(struct place *place, const struct chat_where *where,
                const struct chat_line *line);
void mirror_reacted(const struct visit *visit, int kind);
/* He was put out by our staff. */
bool mirror_is_out(const struct mirror *mirror, struct span pseud);
/* A figure's line that is seen here. */
bool mirror_has_line(const struct mirror *mirror, struct id id);
/* By its number; NULL: 0, or gone. */
struct mirror_figure *mirror_figure_find(const struct mirror *mirror, uint64_t number);
/* The figure on a seat that he may know of; NULL: no figure is there. */
struct mirror_figure *mirror_at(const struct visit *viewer, uint16_t seat);

#endif
