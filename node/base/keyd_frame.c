#include "node/base/keyd_frame.h"

#include "node/base/bytes.h"

#define VERSION    1
#define LEN_BYTES  2
#define HEAD_BYTES 3 /* version, op, answer */

/* Fields, in the order in which they travel. */
enum {
    F_FLAGS = 1,
    F_GENERATION = 2,
    F_HALF = 4,
    F_KEY = 8,
    F_BYTES = 16,
    F_BLOB = 32,
    F_STATUS = 64,
    F_PEER = 128,
    F_SEALED = 256,
    F_MESSAGE = 512,
    F_SIGNATURE = 1024,
};

static const struct {
    unsigned request, reply;
} ops[KEYD_OP_N] = {
    [KEYD_STATUS] = {0, F_STATUS},
    [KEYD_INIT] = {F_HALF, F_GENERATION},
    [KEYD_UNLOCK] = {F_HALF, F_GENERATION},
    [KEYD_CHECK] = {F_HALF, F_GENERATION},
    [KEYD_WRAP] = {F_KEY | F_BYTES, F_BLOB},
    [KEYD_UNWRAP] = {F_KEY | F_BLOB, F_BYTES},
    [KEYD_STAGE] = {F_FLAGS | F_HALF, F_GENERATION},
    [KEYD_REWRAP] = {F_KEY | F_BLOB, F_BLOB},
    [KEYD_COMMIT] = {F_GENERATION, 0},
    [KEYD_ABORT] = {F_GENERATION, 0},
    [KEYD_LOCK] = {0, 0},
    [KEYD_BOOT_SEAL] = {0, F_GENERATION | F_BYTES | F_BLOB},
    [KEYD_BOOT_ASK] = {0, F_BYTES | F_PEER},
    [KEYD_BOOT_SIGN] = {F_MESSAGE, F_SIGNATURE},
    [KEYD_BOOT_OPEN] = {F_PEER | F_SEALED, F_GENERATION},
    [KEYD_BOOT_FORGET] = {0, 0},
};

bool keyd_name_is_valid(struct span name)
{
    if (name.len >= KEYD_NAME_CAP)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';

        if (!ok)
            return false;
    }
    return true;
}

const char *keyd_boot_name(enum keyd_boot boot)
{
    static const char *const names[KEYD_BOOT_N] = {"sheet", "token", "escrow"};

    return names[boot];
}

static void get_key(struct bytes_in *in, struct keyd_key *key)
{
    size_t name_len;

    bytes_get(in, key->key.b, sizeof key->key.b);
    bytes_get(in, key->subject.b, sizeof key->subject.b);
    key->kind = (uint8_t)bytes_get_number(in, 1);
    name_len = bytes_get_number(in, 1);
    memset(key->name, 0, sizeof key->name);
    if (name_len >= sizeof key->name) {
        in->is_short = true;
        return;
    }
    bytes_get(in, key->name, name_len);
    if (!keyd_name_is_valid(span_of(key->name, name_len)))
        in->is_short = true;
}

static void put_key(struct bytes_out *out, const struct keyd_key *key)
{
    size_t name_len = strlen(key->name);

    bytes_put(out, key->key.b, sizeof key->key.b);
    bytes_put(out, key->subject.b, sizeof key->subject.b);
    bytes_put_number(out, key->kind, 1);
    bytes_put_number(out, name_len, 1);
    bytes_put(out, key->name, name_len);
}

static void get_message(struct bytes_in *in, struct keyd_request *request)
{
    request->message_len = bytes_get_number(in, 2);
    if (request->message_len > sizeof request->message) {
        request->message_len = 0;
        in->is_short = true;
        return;
    }
    bytes_get(in, request->message, request->message_len);
}

enum {
    STATUS_INITIALISED = 1,
    STATUS_UNLOCKED = 2,
    STATUS_STAGED_OPEN = 4,
    STATUS_MAY_ASK = 8,
    STATUS_ALL = 15
};

static void get_status(struct bytes_in *in, struct keyd_status *status)
{
    uint64_t boot = bytes_get_number(in, 1), flags = bytes_get_number(in, 1);

    if (boot >= KEYD_BOOT_N || (flags & ~(uint64_t)STATUS_ALL) != 0) {
        in->is_short = true;
        return;
    }
    status->boot = (enum keyd_boot)boot;
    status->initialised = flags & STATUS_INITIALISED;
    status->unlocked = flags & STATUS_UNLOCKED;
    status->staged_open = flags & STATUS_STAGED_OPEN;
    status->may_ask = flags & STATUS_MAY_ASK;
    status->generation = (uint32_t)bytes_get_number(in, 4);
    bytes_get(in, status->code, sizeof status->code);
    status->staged_generation = (uint32_t)bytes_get_number(in, 4);
    bytes_get(in, status->staged_code, sizeof status->staged_code);
    status->n_wraps = bytes_get_number(in, 8);
    status->n_unwraps = bytes_get_number(in, 8);
    status->n_refused = bytes_get_number(in, 8);
    bytes_get(in, status->node.b, sizeof status->node.b);
}

static void put_status(struct bytes_out *out, const struct keyd_status *status)
{
    bytes_put_number(out, status->boot, 1);
    bytes_put_number(out,
                     (status->initialised ? STATUS_INITIALISED : 0u) |
                         (status->unlocked ? STATUS_UNLOCKED : 0u) |
                         (status->staged_open ? STATUS_STAGED_OPEN : 0u) |
                         (status->may_ask ? STATUS_MAY_ASK : 0u),
                     1);
    bytes_put_number(out, status->generation, 4);
    bytes_put(out, status->code, sizeof status->code);
    bytes_put_number(out, status->staged_generation, 4);
    bytes_put(out, status->staged_code, sizeof status->staged_code);
    bytes_put_number(out, status->n_wraps, 8);
    bytes_put_number(out, status->n_unwraps, 8);
    bytes_put_number(out, status->n_refused, 8);
    bytes_put(out, status->node.b, sizeof status->node.b);
}

enum err keyd_frame_len(struct span buffered, size_t *len_out, struct fail *why)
{
    size_t body;

    *len_out = 0;
    if (buffered.len < LEN_BYTES)
        return ERR_OK;
    body = (size_t)buffered.p[0] << 8 | buffered.p[1];
    if (body < HEAD_BYTES || body > KEYD_FRAME_CAP - LEN_BYTES)
        return fail_set(why, ERR_PROTO, "a frame body of %zu bytes", body);
    *len_out = LEN_BYTES + body;
    return ERR_OK;
}

/* Checks the head; what is left in `in` are the fields. */
static enum err head_read(struct span frame, struct bytes_in *in, enum keyd_op *op_out,
                          unsigned *answer_out, struct fail *why)
{
    size_t len;
    uint64_t version, op;
    enum err rc = keyd_frame_len(frame, &len, why);

    if (rc != ERR_OK)
        return rc;
    if (len == 0 || len != frame.len)
        return fail_set(why, ERR_PROTO, "a frame of %zu bytes in %zu", len, frame.len);
    *in = (struct bytes_in){.rest = span_from(frame, LEN_BYTES)};
    version = bytes_get_number(in, 1);
    op = bytes_get_number(in, 1);
    *answer_out = (unsigned)bytes_get_number(in, 1);
    if (version != VERSION || op == 0 || op >= KEYD_OP_N || *answer_out >= KEYD_ANSWER_N)
        return fail_set(why, ERR_PROTO, "frame version %u, op %u, answer %u", (unsigned)version,
                        (unsigned)op, *answer_out);
    *op_out = (enum keyd_op)op;
    return ERR_OK;
}

static void head_write(struct bytes_out *out, enum keyd_op op, enum keyd_answer answer)
{
    bytes_put_number(out, 0, LEN_BYTES); /* the length, once known */
    bytes_put_number(out, VERSION, 1);
    bytes_put_number(out, op, 1);
    bytes_put_number(out, answer, 1);
}

static size_t frame_close(struct bytes_out *out)
{
    size_t body = out->len - LEN_BYTES;

    out->p[0] = (uint8_t)(body >> 8);
    out->p[1] = (uint8_t)body;
    return out->len;
}

enum err keyd_request_read(struct span frame, struct keyd_request *request_out,
                           struct fail *why)
{
    struct keyd_request *r = request_out;
    struct bytes_in in = {.is_short = false};
    unsigned fields, answer = 0;
    enum err rc;

    memset(r, 0, sizeof *r);
    rc = head_read(frame, &in, &r->op, &answer, why);
    if (rc != ERR_OK)
        return rc;
    fields = ops[r->op].request;
    if (fields & F_FLAGS)
        r->flags = (unsigned)bytes_get_number(&in, 1);
    if (fields & F_GENERATION)
        r->generation = (uint32_t)bytes_get_number(&in, 4);
    if (fields & F_HALF)
        bytes_get(&in, r->half, sizeof r->half);
    if (fields & F_KEY)
        get_key(&in, &r->key);
    if (fields & F_BYTES)
        bytes_get(&in, r->bytes, sizeof r->bytes);
    if (fields & F_BLOB)
        bytes_get(&in, r->blob, sizeof r->blob);
    if (fields & F_PEER)
        bytes_get(&in, r->peer, sizeof r->peer);
    if (fields & F_SEALED)
        bytes_get(&in, r->sealed, sizeof r->sealed);
    if (fields & F_MESSAGE)
        get_message(&in, r);
    if (in.is_short || in.rest.len != 0 || answer != 0)
        return fail_set(why, ERR_PROTO, "request %d of %zu bytes", (int)r->op, frame.len);
    if (r->op == KEYD_STAGE &&
        (r->flags == 0 || (r->flags & ~(KEYD_NEW_CONTRACTOR | KEYD_NEW_MUNICIPALITY)) != 0))
        return fail_set(why, ERR_PROTO, "stage flags %u", r->flags);
    return ERR_OK;
}

enum err keyd_reply_read(struct span frame, struct keyd_reply *reply_out, struct fail *why)
{
    struct keyd_reply *r = reply_out;
    struct bytes_in in = {.is_short = false};
    unsigned fields, answer = 0;
    enum err rc;

    memset(r, 0, sizeof *r);
    rc = head_read(frame, &in, &r->op, &answer, why);
    if (rc != ERR_OK)
        return rc;
    r->answer = (enum keyd_answer)answer;
    fields = r->answer == KEYD_OK ? ops[r->op].reply : 0;
    if (fields & F_GENERATION)
        r->generation = (uint32_t)bytes_get_number(&in, 4);
    if (fields & F_BYTES)
        bytes_get(&in, r->bytes, sizeof r->bytes);
    if (fields & F_BLOB)
        bytes_get(&in, r->blob, sizeof r->blob);
    if (fields & F_PEER)
        bytes_get(&in, r->peer, sizeof r->peer);
    if (fields & F_SIGNATURE)
        bytes_get(&in, r->signature, sizeof r->signature);
    if (fields & F_STATUS)
        get_status(&in, &r->status);
    if (in.is_short || in.rest.len != 0)
        return fail_set(why, ERR_PROTO, "reply %d of %zu bytes", (int)r->op, frame.len);
    return ERR_OK;
}

size_t keyd_request_write(const struct keyd_request *request, uint8_t out[KEYD_FRAME_CAP])
{
    struct bytes_out o = {.p = out, .cap = KEYD_FRAME_CAP};
    unsigned fields = ops[request->op].request;

    head_write(&o, request->op, KEYD_OK);
    if (fields & F_FLAGS)
        bytes_put_number(&o, request->flags, 1);
    if (fields & F_GENERATION)
        bytes_put_number(&o, request->generation, 4);
    if (fields & F_HALF)
        bytes_put(&o, request->half, sizeof request->half);
    if (fields & F_KEY)
        put_key(&o, &request->key);
    if (fields & F_BYTES)
        bytes_put(&o, request->bytes, sizeof request->bytes);
    if (fields & F_BLOB)
        bytes_put(&o, request->blob, sizeof request->blob);
    if (fields & F_PEER)
        bytes_put(&o, request->peer, sizeof request->peer);
    if (fields & F_SEALED)
        bytes_put(&o, request->sealed, sizeof request->sealed);
    if (fields & F_MESSAGE) {
        bytes_put_number(&o, request->message_len, 2);
        bytes_put(&o, request->message, request->message_len);
    }
    return frame_close(&o);
}

size_t keyd_reply_write(const struct keyd_reply *reply, uint8_t out[KEYD_FRAME_CAP])
{
    struct bytes_out o = {.p = out, .cap = KEYD_FRAME_CAP};
    unsigned fields = reply->answer == KEYD_OK ? ops[reply->op].reply : 0;

    head_write(&o, reply->op, reply->answer);
    if (fields & F_GENERATION)
        bytes_put_number(&o, reply->generation, 4);
    if (fields & F_BYTES)
        bytes_put(&o, reply->bytes, sizeof reply->bytes);
    if (fields & F_BLOB)
        bytes_put(&o, reply->blob, sizeof reply->blob);
    if (fields & F_PEER)
        bytes_put(&o, reply->peer, sizeof reply->peer);
    if (fields & F_SIGNATURE)
        bytes_put(&o, reply->signature, sizeof reply->signature);
    if (fields & F_STATUS)
        put_status(&o, &reply->status);
    return frame_close(&o);
}
