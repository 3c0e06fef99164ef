/* tests/unit/place/world_lab.h - a small floor, people on it, and receivers that keep every
 * byte they were sent and read it as a browser would. hall (120) | cell: counselling room (4),
 * closed while in use den: seen by staff (3) | nook (3) */
#ifndef TESTS_UNIT_PLACE_WORLD_LAB_H
#define TESTS_UNIT_PLACE_WORLD_LAB_H

#include "node/place/world_priv.h"

#define LAB_PEERS 64

struct lab_mark { /* a seat as the receiver knows it */
    bool is_known, walks, is_steered;
    int32_t x, y, from_x, from_y; /* a walk's end, and its beginning */
    int32_t speed_cm_s;
    int64_t began_ms; /* by the server's floor time */
};
struct lab_peer {
    struct lab_mark marks[WORLD_SEATS + 1];
    char *text; /* all payloads one after another, binary ones as lower-case hexadecimal */
    size_t len, cap;
    bool saw[WORLD_SEATS + 1]; /* in movement, since lab_forget */
    uint16_t me;
    size_t n_known, most_bytes;
    size_t n_bad; /* frames that a browser could not have read */
    size_t n_frames, n_pictures, n_unknown, n_steps;
    char last[4096]; /* the last event, cut */
};

#define LAB_FLOOR "tests/unit/place/world_lab.json"
struct lab_swap {
    const char *was, *is;
};
struct ground *lab_ground(struct span text);
struct ground *lab_ground_file(const char *path);
/* The lab with some of its text changed. */
struct ground *lab_ground_with(const struct lab_swap *swaps, size_t n);

struct world *lab_world(int n_people);
/* kind of receiver by number: peer i of the lab. */
struct lab_peer *lab_peer(size_t i);
void lab_peers_fini(void);
void lab_forget(struct lab_peer *peer); /* its text */
bool lab_has(const struct lab_peer *peer, const char *text);
size_t lab_count(const struct lab_peer *peer, const char *text);

struct world_look lab_look(const char *name, enum role role);
struct world_person *lab_enter(struct world_copy *copy, const struct world_look *look,
                               struct floor_spot at, struct lab_peer *peer, int64_t now_ms);
struct floor_spot lab_spot(const struct world_person *person);
uint16_t lab_seat(const struct world_person *person);
/* Ticks of 100 ms; moves *now_ms. */
void lab_run(struct world *world, int64_t *now_ms, int n);
/* Every rule that must hold after a tick; says so through t.h. */
void lab_check(struct world_copy *copy, int64_t now_ms);

uint32_t lab_random(uint32_t *state, uint32_t n);

#endif
