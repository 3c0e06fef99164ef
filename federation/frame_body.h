/* federation/frame_body.h - the payload of each type of frame: a struct with a writer and a
 * strict reader (every bound checked, nothing behind the last field, text is UTF-8 without
 * NUL). A writer fills the caller's room and leaves what it wrote for frame.payload:
 *
 *     uint8_t room[FRAME_PAYLOAD_MOST];
 *     struct bytes_out out = {room, 0, sizeof room};
 *     rc = frame_look_write(&look, &out, why);
 *     frame.payload = span_of(out.p, out.len);
 *
 * Writers: ERR_TOO_LARGE, out is as it was. Readers: ERR_PROTO; spans point into the frame.
 * Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_FRAME_BODY_H
#define FEDERATION_FRAME_BODY_H

#include "federation/frame.h"
#include "node/base/id.h"

#define FRAME_NAME_MOST   120 /* bytes: of a person's display name */
#define FRAME_TEXT_MOST   4096
#define FRAME_POINTS_MOST 48

struct frame_spot {
    uint16_t x, y; /* cm on the floor */
};

/* FRAME_JOIN, FRAME_LOOK */
struct frame_look {
    bool is_staff, is_teacher; /* at most one of them */
    bool has_distance, is_away, is_lost;
    uint8_t kind, colour; /* of the figure */
    uint8_t state;        /* enum world_state */
    struct frame_spot at;
    struct id node; /* the figure's home */
    struct span name;
};
#define FRAME_STATES_N 4
NODISCARD enum err frame_look_write(const struct frame_look *look, struct bytes_out *out,
                                    struct fail *why);
NODISCARD enum err frame_look_read(const struct frame *frame, struct frame_look *out,
                                   struct fail *why);

/* FRAME_POS: where the header's pseud stands (n 0, no FRAME_WALK) or begins to walk. */
struct frame_pos {
    struct frame_spot at;
    uint16_t speed_cm_s, age_ms; /* of a walk; how long ago it began */
    uint8_t n;                   /* points behind `at` */
    struct frame_spot points[FRAME_POINTS_MOST];
};
/* With FRAME_WALK exactly if n is over 0: the caller sets the flag. */
NODISCARD enum err frame_pos_write(const struct frame_pos *pos, struct bytes_out *out,
                                   struct fail *why);
NODISCARD enum err frame_pos_read(const struct frame *frame, struct frame_pos *out,
                                  struct fail *why);

/* FRAME_CHAT */
struct frame_chat {
    struct id node;  /* the sender's home */
    uint64_t number; /* of evidence: the sender's home counts its lines in this class, from 1 */
    struct id line;
    uint8_t to_pseud[FRAME_PSEUD_BYTES]; /* zeros: to nobody by name */
    struct span text;                    /* 1 .. FRAME_TEXT_MOST bytes */
};
NODISCARD enum err frame_chat_write(const struct frame_chat *chat, struct bytes_out *out,
                                    struct fail *why);
NODISCARD enum err frame_chat_read(const struct frame *frame, struct frame_chat *out,
                                   struct fail *why);

/* FRAME_REACT: the kind of reaction. FRAME_OFF: why, for programs. */
NODISCARD enum err frame_byte_write(uint8_t byte, struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_byte_read(const struct frame *frame, uint8_t *out, struct fail *why);

/* FRAME_GONE: the line. FRAME_EJECT, FRAME_ACK: the act. */
NODISCARD enum err frame_id_write(struct id id, struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_id_read(const struct frame *frame, struct id *out, struct fail *why);

/* FRAME_BLOCKED */
struct frame_blocked {
    struct id line; /* ID_NONE: the person of the head himself (no seat, another name) */
    uint8_t why;
};
NODISCARD enum err frame_blocked_write(const struct frame_blocked *blocked,
                                       struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_blocked_read(const struct frame *frame, struct frame_blocked *out,
                                      struct fail *why);

/* FRAME_MUTE */
#define FRAME_MUTE_CHAT  1u
#define FRAME_MUTE_REACT 2u
#define FRAME_MUTE_OUT   4u /* alone, and not on: he who was ejected may come again */
#define FRAME_MUTE_VOICE 8u
struct frame_mute {
    struct id act;
    uint8_t what; /* of FRAME_MUTE_*, at least one */
    bool on;      /* false: he may again */
};
NODISCARD enum err frame_mute_write(const struct frame_mute *mute, struct bytes_out *out,
                                    struct fail *why);
NODISCARD enum err frame_mute_read(const struct frame *frame, struct frame_mute *out,
                                   struct fail *why);

/* FRAME_ON */
struct frame_on {
    int64_t begins_ms, ends_ms; /* UTC; the end is later */
};
NODISCARD enum err frame_on_write(const struct frame_on *on, struct bytes_out *out,
                                  struct fail *why);
NODISCARD enum err frame_on_read(const struct frame *frame, struct frame_on *out,
                                 struct fail *why);

/* ---- the link's own ---- */

/* FRAME_HELLO */
struct frame_hello {
    uint8_t version;  /* FRAME_VERSION */
    struct id node;   /* who says it */
    struct id stream; /* ID_NONE: none goes on */
    uint64_t heard;   /* the last number of that stream that has come; 0: none */
};
#define FRAME_VERSION 1
NODISCARD enum err frame_hello_write(const struct frame_hello *hello, struct bytes_out *out,
                                     struct fail *why);
NODISCARD enum err frame_hello_read(const struct frame *frame, struct frame_hello *out,
                                    struct fail *why);
/* FRAME_CREDIT: the last number that has come. */
NODISCARD enum err frame_credit_write(uint64_t heard, struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_credit_read(const struct frame *frame, uint64_t *out,
                                     struct fail *why);

/* Is the payload of a frame that was read what its type allows? The link asks this of every
 * frame before a feature sees it, so a feature's reader fails only by a mistake of ours.
 * ERR_PROTO. */
NODISCARD enum err frame_body_check(const struct frame *frame, struct fail *why);

#endif
