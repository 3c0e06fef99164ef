/* federation/transfer_parcel.h - what is handed over of a child: one JSON document of the form
 * "ibasho-transfer/1". Its writer says which parts are in it; no part, no field of it. Other
 * people are not in it: whom a contact was with is left out, and where a text names somebody
 * who is known at home, ＊＊＊ stands instead. Incidents, SOS, talks, hand-over notes of a day
 * and what others wrote of the child among themselves are never in it. Threads: reentrant.
 * Owns: nothing; results live in the arena. */
#ifndef FEDERATION_TRANSFER_PARCEL_H
#define FEDERATION_TRANSFER_PARCEL_H

#include "node/base/jx.h"

#define TRANSFER_FORMAT        "ibasho-transfer/1"
#define TRANSFER_PARTS         "profile|facts|steps|days|contacts"
#define TRANSFER_PARTS_N       5
#define TRANSFER_PIECE_BYTES   40000 /* of a parcel, in one answer */
#define TRANSFER_PIECES_MOST   12
#define TRANSFER_PARCEL_MOST   (TRANSFER_PIECE_BYTES * TRANSFER_PIECES_MOST)
#define TRANSFER_CONTACTS_MOST 2000
#define TRANSFER_STEPS_MOST    1000

enum transfer_part {
    TRANSFER_PROFILE, /* display name, figure, own line */
    TRANSFER_FACTS,   /* admission and consents */
    TRANSFER_WAY,     /* steps 0 to 4 */
    TRANSFER_DAYS,    /* days he came, lessons joined */
    TRANSFER_CONTACTS
};
#define TRANSFER_PART_BIT(part) (1u << (part))
#define TRANSFER_PARTS_ALL      ((1u << TRANSFER_PARTS_N) - 1u)
/* "profile,steps"; one spelling: in the order of the list, each once. False: it is none. */
bool transfer_parts_read(struct span text, unsigned *parts_out);
#define TRANSFER_PARTS_CAP 48
void transfer_parts_text(unsigned parts, char text_out[TRANSFER_PARTS_CAP]);

struct transfer_profile {
    struct span display, figure, colour, line;
};
struct transfer_facts {
    int64_t school_year;
    struct span target, since, route, wish, wish_by, support, admission;
    struct span consent_version, consent_on, consent_by, note; /* "": none */
};
struct transfer_way_step {
    int64_t step;
    struct span on, kind, place;
    bool is_back;
};
struct transfer_visit {
    struct span on;
    int64_t n_visits, n_lessons;
};
struct transfer_contact {
    int64_t at_utc_us;
    struct span kind, role, text;
    bool is_answered, is_peer;
};
struct transfer_parcel {
    struct span format, home_name, on, made_on, consent_on, consent_how, parts;
    struct id transfer, home, receiver;
    struct span name, kana, grade;
    struct transfer_profile profile;
    struct transfer_facts facts;
    bool has_profile, has_facts;
    struct jx_list steps, days, contacts;
};
extern const struct jx_shape transfer_parcel_shape;
/* Of one part each, for whoever shows them. */
extern const struct jx_shape transfer_profile_shape, transfer_facts_shape,
    transfer_way_step_shape, transfer_visit_shape, transfer_contact_shape;

/* ERR_TOO_LARGE: over TRANSFER_PARCEL_MOST. */
NODISCARD enum err transfer_parcel_write(const struct transfer_parcel *parcel,
                                         struct arena *arena, struct span *text_out,
                                         struct fail *why);
/* ERR_PROTO: not such a document in its one spelling, or a part that is not named in it. */
NODISCARD enum err transfer_parcel_read(struct span text, struct arena *arena,
                                        struct transfer_parcel *out, struct fail *why);

#endif
