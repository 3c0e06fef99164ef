#include "federation/transfer_box.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/t.h"

/* Good until the next one. */
static const char *said(const char *fmt, ...) PRINTF_LIKE(1, 2);
static const char *said(const char *fmt, ...)
{
    static char text[80];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return text;
}

static struct id id_of(uint8_t n)
{
    struct id id;

    memset(id.b, n, sizeof id.b);
    return id;
}

static struct transfer_bound bound_of(void)
{
    struct transfer_bound bound = {.transfer = id_of(1),
                                   .home = id_of(2),
                                   .receiver = id_of(3),
                                   .seq = 7,
                                   .piece = 1,
                                   .n_pieces = 3};

    memset(bound.sha256.b, 4, sizeof bound.sha256.b);
    return bound;
}

struct boxed {
    struct arena *arena;
    uint8_t secret[HALF_POINT_BYTES], to[HALF_POINT_BYTES], from[HALF_POINT_BYTES];
    struct span sealed, plain;
};

static enum err open_as(struct boxed *b, const struct transfer_bound *bound)
{
    return transfer_box_open(bound, b->secret, b->to, b->from, b->sealed, b->arena, &b->plain,
                             NULL);
}

T_CASE(transfer_piece_opens_as_what_it_was_sealed) /* CARD-16 */
{
    static const char text[] = "{\"name\":\"\xe5\xb1\xb1\xe7\x94\xb0\"}";
    const struct transfer_bound as = bound_of();
    struct boxed b = {.arena = NULL};

    T_EQ(arena_create(4096, &b.arena, NULL), ERR_OK, "memory");
    T_EQ(half_box_pair(b.secret, b.to, NULL), ERR_OK, "a pair");
    T_EQ(transfer_box_seal(&as, b.to, span_text(text), b.arena, b.from, &b.sealed, NULL),
         ERR_OK, "sealed");
    T_EQ(b.sealed.len, sizeof text - 1 + TRANSFER_BOX_OVERHEAD, "with its overhead");
    T_EQ(open_as(&b, &as), ERR_OK, "opened");
    T_OK(span_eq(b.plain, span_text(text)), "the same");
    for (int i = 0; i < 7; i++) {
        struct transfer_bound other = as;

        switch (i) {
        case 0:
            other.transfer = id_of(9);
            break;
        case 1:
            other.home = id_of(9);
            break;
        case 2:
            other.receiver = id_of(9);
            break;
        case 3:
            other.seq++;
            break;
        case 4:
            other.piece++;
            break;
        case 5:
            other.n_pieces--;
            break;
        case 6:
            other.sha256.b[31] ^= 1;
            break;
        }
        T_EQ(open_as(&b, &other), ERR_PROTO, said("as something else: %d", i));
    }
    arena_destroy(&b.arena);
}

T_CASE(transfer_piece_of_another_key_or_cut_or_changed_opens_not)
{
    const struct transfer_bound as = bound_of();
    struct boxed b = {.arena = NULL};
    struct span whole;
    uint8_t *bytes;
    uint8_t zero[HALF_POINT_BYTES] = {0};

    T_EQ(arena_create(65536, &b.arena, NULL), ERR_OK, "memory");
    T_EQ(half_box_pair(b.secret, b.to, NULL), ERR_OK, "a pair");
    T_EQ(transfer_box_seal(&as, zero, SPAN("x"), b.arena, b.from, &b.sealed, NULL), ERR_INVALID,
         "a point that gives zeros");
    T_EQ(transfer_box_seal(&as, b.to, SPAN("words of a child"), b.arena, b.from, &whole, NULL),
         ERR_OK, "sealed");
    bytes = arena_alloc(b.arena, whole.len);
    for (size_t i = 0; i < whole.len; i++) {
        memcpy(bytes, whole.p, whole.len);
        bytes[i] ^= 0x40;
        b.sealed = span_of(bytes, whole.len);
        T_EQ(open_as(&b, &as), ERR_PROTO, said("byte %zu changed", i));
        b.sealed = span_of(whole.p, i);
        T_EQ(open_as(&b, &as), ERR_PROTO, said("cut at %zu", i));
    }
    b.sealed = whole;
    b.from[3] ^= 1;
    T_EQ(open_as(&b, &as), ERR_PROTO, "another sender's key");
    b.from[3] ^= 1;
    T_EQ(half_box_pair(b.secret, b.to, NULL), ERR_OK, "another pair");
    T_EQ(open_as(&b, &as), ERR_PROTO, "of another request");
    arena_destroy(&b.arena);
}
