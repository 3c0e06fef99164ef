/* node/place/floor.h - a floor as its file says it: whole centimetres, x to the right, y down,
 * everything made of rectangles. What the words mean:
 *   wall     stops walking and sound; `wall` stops sight too, `window` does not; `low` (a
 * hedge, a rail) stops walking alone. door     an opening; `shut` stands closed, so sight and
 * sound never pass, people do when they may enter `area`. area     kind, capacity, quiet (open:
 * talk freely; soft: the microphone starts off; silent: no open voice or text), lock (open;
 * in_use: closes while somebody is inside; staff: staff open it; closed: nobody enters), who
 * may enter, and who outside may see and hear who is inside: role ids, "everyone", "staff",
 * "inside", "group:NAME". hours names a calendar of opening hours; `to` the floor behind a
 *            portal. Areas do not overlap, but a board, stage or portal may lie in another.
 *   object   furniture of the catalogue, x and y its middle, turn in quarters clockwise.
 *   spawn    where one may land; at least three, one of them quiet.
 * Names are in the notation of the word catalogue (漢字《かんじ》) and in English (AI-2.3-エ,
 * AI-2.3-オ, AI-4.3-イ).
 * Threads: reentrant; a floor is immutable after reading.  Owns: nothing, all is in the arena.
 */
#ifndef NODE_PLACE_FLOOR_H
#define NODE_PLACE_FLOOR_H

#include "node/base/jx.h"

#define FLOOR_FORMAT   1
#define FLOOR_MAX_CM   10000
#define FLOOR_CELL_CM  25  /* of the walking grid; sizes are multiples of 100 */
#define FLOOR_BODY_CM  20  /* half the width of a body, which is a square */
#define FLOOR_DOOR_CM  80  /* the least passage */
#define FLOOR_BOARD_CM 150 /* from where a board is read */
#define FLOOR_SPAWN_CM 60  /* between two spawns */
#define FLOOR_N_AREAS  60  /* so that a set of areas fits 64 bits */
#define FLOOR_N_RECTS  8
#define FLOOR_N_SOLID  600 /* walls and objects */
#define FLOOR_HASH_CAP 65

/* The codes of the enums below, in their order. */
#define FLOOR_THEMES "day|garden|wood|night|sky"
#define FLOOR_WALLS  "wall|window|low"
#define FLOOR_KINDS  "plaza|lounge|class|quiet|study|counsel|board|stage|portal"
#define FLOOR_HUSHES "open|soft|silent"
#define FLOOR_LOCKS  "open|in_use|staff|closed"
enum floor_theme { THEME_DAY, THEME_GARDEN, THEME_WOOD, THEME_NIGHT, THEME_SKY };
enum floor_wall_kind { WALL_WALL, WALL_WINDOW, WALL_LOW };
enum floor_kind {
    FLOOR_PLAZA,
    FLOOR_LOUNGE,
    FLOOR_CLASS,
    FLOOR_QUIET,
    FLOOR_STUDY,
    FLOOR_COUNSEL,
    FLOOR_BOARD,
    FLOOR_STAGE,
    FLOOR_PORTAL,
};
enum floor_hush { HUSH_OPEN, HUSH_SOFT, HUSH_SILENT };
enum floor_lock { LOCK_OPEN, LOCK_IN_USE, LOCK_STAFF, LOCK_CLOSED };

struct floor_rect {
    int64_t x, y, w, h;
};
struct floor_name {
    struct span ja, en; /* ja with readings */
};
struct floor_wall {
    struct floor_rect at;
    int kind; /* enum floor_wall_kind */
};
struct floor_door {
    struct span id, area;
    struct floor_rect at;
    bool is_shut;
};
struct floor_area {
    struct span id;
    struct floor_name name;
    int kind;             /* enum floor_kind */
    struct jx_list rects; /* struct floor_rect */
    int64_t capacity;
    int quiet; /* enum floor_hush */
    int lock;  /* enum floor_lock */
    struct jx_texts enter, see, hear;
    bool has_hours, has_to;
    struct span hours, to;
};
struct floor_object {
    int item; /* index into catalogue[] */
    int64_t x, y, turn;
};
struct floor_board {
    struct span id;
    struct floor_name name;
    int64_t x, y, turn;
};
struct floor_spawn {
    struct span id;
    struct floor_name name;
    int64_t x, y, turn;
    bool is_quiet;
};
struct floor {
    int64_t format, version;
    struct span id;
    struct floor_name name;
    int theme; /* enum floor_theme */
    int64_t w_cm, h_cm;
    struct jx_list walls, doors, areas, objects, boards, spawns;
    char hash[FLOOR_HASH_CAP]; /* SHA-256 of the canonical form, lower-case hexadecimal */
};

/* x1 <= x < x2 and y1 <= y < y2. */
struct floor_box {
    int32_t x1, y1, x2, y2;
};
struct floor_box floor_box_of(const struct floor_rect *rect);
/* The footprint of an object, turned. */
struct floor_box floor_box_of_object(const struct floor_object *object);
bool floor_boxes_meet(struct floor_box a, struct floor_box b); /* share an inside */
bool floor_box_holds(struct floor_box box, int64_t x, int64_t y);
/* The line touches the inside of the box; running along its edge does not. */
bool floor_box_is_crossed(struct floor_box box, int64_t x1, int64_t y1, int64_t x2, int64_t y2);

/* The i-th of a list, typed. */
const struct floor_wall *floor_wall_at(const struct floor *floor, size_t i);
const struct floor_door *floor_door_at(const struct floor *floor, size_t i);
const struct floor_area *floor_area_nth(const struct floor *floor, size_t i);
const struct floor_object *floor_object_at(const struct floor *floor, size_t i);
const struct floor_board *floor_board_at(const struct floor *floor, size_t i);
const struct floor_spawn *floor_spawn_at(const struct floor *floor, size_t i);
const struct floor_rect *floor_area_rect(const struct floor_area *area, size_t i);

#endif
