#include "federation/inbox.h"

#include <stdlib.h>

#include "federation/escrow_priv.h"
#include "federation/kpi_priv.h"
#include "federation/link_fed.h"
#include "federation/mirrors_priv.h"
#include "federation/op_store.h"
#include "federation/profile_gate.h"
#include "federation/purge_priv.h"
#include "federation/series_priv.h"
#include "federation/teacher_priv.h"
#include "federation/transfer_priv.h"
#include "federation/witness_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/audit.h"
#include "tenants/leaving/leaving.h"

#define INSIDE_MOST   256 /* requests of all peers that may be inside at once */
#define DB_RETRY_US   500000
#define PACES_N       256
#define PACE_BURST    400         /* requests of one peer at once, and */
#define PACE_A_S      INT64_C(50) /* so many a second after that */
#define OPEN_BURST    20          /* requests without a signature, of all the world, and */
#define OPEN_A_S      INT64_C(1)
#define BOOT_BURST    20 /* requests by a boot key, of all the world, and */
#define BOOT_A_S      INT64_C(2)
#define RECORDS_BURST 60  /* refusals that are put on record at once, and */
#define RECORDS_AN_H  360 /* so many an hour after that */
#define KEEP_HOUR_US  HOUR_US
#define KEEP_MONTH_US (30 * DAY_US)
#define DIGEST_BYTES  HASH256_BYTES

static const struct fed_kind_table tables[] = {
    {exchange_kinds, EXCHANGE_KINDS_N},
    {escrow_kinds, ESCROW_KINDS_N},
    {link_kinds, LINK_KINDS_N},
    {series_kinds, SERIES_KINDS_N},
    {mirror_kinds, MIRROR_KINDS_N},
    {teacher_kinds, TEACHER_KINDS_N},
    {purge_kinds, PURGE_KINDS_N},
    {transfer_kinds, TRANSFER_KINDS_N},
    {kpi_kinds, KPI_KINDS_N},
    {witness_kinds, WITNESS_KINDS_N},
    {NULL, 0},
};

/* A request on its way in, or one whose answer is to be signed. */
struct message {
    struct fed_in *in;
    bool is_ready;
};

/* Of one peer; peers that share a place share its pace. */
struct pace {
    int64_t millis; /* thousandths of a request that may come now */
    int64_t at_us;
};

/* The inbox thread's, but for what is atomic. */
struct inbox {
    struct federation *federation;
    struct mbox *messages;
    pthread_t thread;
    bool has_thread;
    atomic_int n_inside;
    struct nonces *nonces;
    struct db *db;
    int64_t db_next_us;
    struct pace paces[PACES_N], records, open, boot;
    struct fed_who who;
};

/* ---- kinds ---- */

const struct fed_kind *fed_kind_find(struct span name)
{
    for (const struct fed_kind_table *t = tables; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (span_eq(name, span_text(t->rows[i].name)))
                return &t->rows[i];
    return NULL;
}

static struct span next_segment(struct span *path)
{
    const uint8_t *slash = path->len == 0 ? NULL : memchr(path->p, '/', path->len);
    size_t len = slash == NULL ? path->len : (size_t)(slash - path->p);
    struct span segment = span_cut(*path, 0, len);

    *path = span_from(*path, len + 1);
    return segment;
}

/* One spelling: 36 characters, small letters. */
static bool read_id(struct span text, struct id *out)
{
    char again[ID_TEXT_CAP];

    if (id_parse(text, out, NULL) != ERR_OK)
        return false;
    id_text(*out, again);
    return span_eq(text, span_text(again));
}

static bool is_path_of(const struct fed_kind *kind, struct span path,
                       struct id ids[FED_IDS_MOST])
{
    struct span want = span_text(kind->path);
    int n_ids = 0;

    while (want.len > 0 && path.len > 0) {
        struct span is = next_segment(&path), must = next_segment(&want);

        if (!span_eq(must, SPAN("{id}"))) {
            if (!span_eq(is, must))
                return false;
        } else if (n_ids == FED_IDS_MOST || !read_id(is, &ids[n_ids++])) {
            return false;
        }
    }
    return want.len == 0 && path.len == 0;
}

/* The row of this path and method; FED_METHOD_NOT_ALLOWED: the path is some other row's. */
static enum fed_code find_kind(const struct fed_message *message, struct fed_req *req)
{
    enum fed_code code = FED_NOT_FOUND;

    req->kind = NULL;
    if (message->path.len == 0 || message->path.p[message->path.len - 1] == '/')
        return code;
    for (const struct fed_kind_table *t = tables; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (!is_path_of(&t->rows[i], message->path, req->ids))
                continue;
            code = FED_METHOD_NOT_ALLOWED;
            if (!span_eq(message->method, span_text(t->rows[i].method)))
                continue;
            req->kind = &t->rows[i];
            return FED_OK;
        }
    return code;
}

/* ---- answers ---- */

static void post_ready(struct fed_in *in)
{
    const struct message message = {in, true};
    enum err rc = mbox_post(in->req.federation->inbox->messages, &message, NULL);

    /* It has room for every request that may be inside, twice. */
    invariant(rc == ERR_OK, "an answer found no room");
}

enum err fed_say_json(struct fed_req *req, int status, const void *output, struct fail *why)
{
    struct span body;
    enum err rc = jx_write(req->kind->output, output, req->arena, &body, why);

    if (rc != ERR_OK)
        return rc;
    req->status = status;
    req->media = PROFILE_JSON;
    req->answer = body;
    req->code = FED_OK;
    return ERR_OK;
}

enum err fed_refuse(struct fed_req *req, enum fed_code code, struct fail *why)
{
    req->code = code;
    return fail_set(why, ERR_INVALID, "refused: %s", fed_code_text(code));
}

void fed_reply_json(struct fed_req *req, int status, const void *output)
{
    struct fail why = {.code = ERR_INTERNAL};

    if (fed_say_json(req, status, output, &why) != ERR_OK) {
        log_error("fed.answer", L_TEXT("kind", req->kind->name), L_FAIL(&why));
        req->code = fed_code_of_err(why.code);
    }
    post_ready(req->in);
}

void fed_reply_document(struct fed_req *req, struct span text)
{
    req->status = 200;
    req->media = PROFILE_SIGNED;
    req->answer = text;
    req->code = FED_OK;
    post_ready(req->in);
}

void fed_reply_code(struct fed_req *req, enum fed_code code)
{
    req->code = code;
    post_ready(req->in);
}

struct db *fed_req_db(struct fed_req *req)
{
    struct federation *f = req->federation;
    struct inbox *inbox = f->inbox;
    struct fail why = {.code = ERR_OK};
    int64_t now_us = clock_mono_us();

    if (inbox->db != NULL || now_us < inbox->db_next_us)
        return inbox->db;
    inbox->db_next_us = now_us + DB_RETRY_US;
    if (db_open(&f->conf.db, f->conf.stmts, &inbox->db, &why) != ERR_OK)
        log_warn("fed.database-away", L_FAIL(&why));
    return inbox->db;
}

int64_t fed_req_query_int(const struct fed_req *req, const char *name)
{
    struct span value = span_from(req->query, strlen(name) + 1);
    int64_t n = 0;

    if (!span_has_prefix(req->query, span_text(name)) || req->query.p[strlen(name)] != '=' ||
        value.len == 0 || value.len > 15)
        return -1;
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return -1;
        n = n * 10 + (value.p[i] - '0');
    }
    return n;
}

/* ---- records of refusals ---- */

static bool pace_take(struct pace *pace, int64_t burst, int64_t millis_a_s)
{
    int64_t now_us = clock_mono_us();

    if (pace->at_us == 0) {
        pace->millis = burst * 1000;
    } else {
        pace->millis += (now_us - pace->at_us) * millis_a_s / SECOND_US;
        if (pace->millis > burst * 1000)
            pace->millis = burst * 1000;
    }
    pace->at_us = now_us;
    if (pace->millis < 1000)
        return false;
    pace->millis -= 1000;
    return true;
}

struct refusal_record {
    struct access_entry entry;
    char address[64];
};

static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct refusal_record *record = arg;

    return access_append(tx, &record->entry, why);
}

static void record_done(void *arg, enum err rc, const struct fail *why)
{
    if (rc != ERR_OK)
        log_warn("fed.unrecorded", L_FAIL(why));
    free(arg);
}

/* One line of the access record a refusal, but not at any stranger's will: what comes beyond
 * the pace is counted and logged. */
static void record_refusal(struct inbox *inbox, const struct fed_in *in, enum fed_code code,
                           const struct fed_member *who)
{
    struct federation *f = inbox->federation;
    struct refusal_record *record = NULL;
    struct writer_op op = {.run = record_run, .done = record_done};
    /* 360 an hour are 100 thousandths a second. */
    bool is_due = pace_take(&inbox->records, RECORDS_BURST, RECORDS_AN_H * 1000 / 3600);

    if (is_due)
        record = calloc(1, sizeof *record);
    if (record != NULL) {
        memcpy(record->address, in->address.p,
               in->address.len < sizeof record->address ? in->address.len
                                                        : sizeof record->address - 1);
        record->entry = (struct access_entry){
            .id = id_new(),
            .at_utc_us = in->req.now_utc_us,
            .route = in->req.kind == NULL ? "fed" : in->req.kind->name,
            .role = "node",
            .address = span_text(record->address),
            .object = who == NULL ? ID_NONE : who->node,
            .action = "refused",
            .outcome = fed_code_text(code),
            .purpose = SPAN(""),
        };
        op.arg = record;
        if (writer_post(f->conf.services->writer, &op, NULL) == ERR_OK)
            return;
    }
    free(record);
    atomic_fetch_add(&f->n_unrecorded, 1);
}

static void note_refusal(struct inbox *inbox, const struct fed_in *in,
                         const struct fed_member *who)
{
    struct federation *f = inbox->federation;
    enum fed_code code = in->req.code;

    atomic_fetch_add(&f->n_refused, 1);
    atomic_fetch_add(&f->n_refused_by[code], 1);
    log_info("fed.refused", L_TEXT("code", fed_code_text(code)),
             L_TEXT("kind", in->req.kind == NULL ? "" : in->req.kind->name),
             L_ID("peer", who == NULL ? ID_NONE : who->node),
             L_TEXT("proven", in->req.peer != NULL ? "yes" : "no"));
    /* What our own state made us say is no act of anybody's, and what a member asked for that
     * is not there is none either. */
    if ((fed_code_is_passing(code) && code != FED_BAD_TIME) ||
        (code == FED_NOT_FOUND && in->req.kind != NULL && in->req.kind->keep == FED_KEEP_NONE))
        return;
    record_refusal(inbox, in, code, who);
}

/* ---- the way out ---- */

static void let_go(struct fed_in *in)
{
    struct inbox *inbox = in->req.federation->inbox;

    registry_unref(&in->registry);
    atomic_fetch_sub(&inbox->n_inside, 1);
    in->done(in); /* it is the server's again */
}

/* A clock that is set back is found by this. */
static void note_time(struct federation *f, int64_t now_utc_us)
{
    int64_t newest = atomic_load(&f->newest_utc_us);

    while (now_utc_us > newest &&
           !atomic_compare_exchange_weak(&f->newest_utc_us, &newest, now_utc_us))
        continue;
}

static void answer_now(struct fed_in *in)
{
    struct fed_req *req = &in->req;
    struct federation *f = req->federation;
    struct fail why = {.code = ERR_OK};
    int64_t now_utc_us = clock_utc_us();
    struct own_signer own;

    in->code = req->code;
    if (req->code != FED_OK) {
        struct fed_head head = registry_head(in->registry);
        char problem[FED_PROBLEM_CAP];
        size_t len = fed_problem_into(req->code, (uint64_t)head.seq, problem);

        req->status = fed_code_status(req->code);
        req->media = PROFILE_PROBLEM;
        req->answer = arena_copy(in->arena, span_of(problem, len));
    } else {
        atomic_fetch_add(&f->n_accepted, 1);
        note_time(f, now_utc_us);
    }
    if (req->code != FED_OK && req->answer.p == NULL) {
        log_warn("fed.answer", L_TEXT("why", "no memory"));
    } else if (!own_signer_init(&own, f, now_utc_us)) {
        log_warn("fed.unsigned", L_TEXT("why", "the registry lists no key of ours"));
    } else if (profile_sign_answer(&own.signer, &in->message, req->status, req->media,
                                   req->answer, now_utc_us, &in->head, &why) != ERR_OK) {
        log_warn("fed.unsigned", L_FAIL(&why));
    } else {
        in->status = req->status;
        in->body = req->answer;
    }
    let_go(in);
}

/* On the inbox thread, before any handler has it. who: member found on the way, if any. */
static void refuse(struct inbox *inbox, struct fed_in *in, enum fed_code code,
                   const struct fed_member *who)
{
    in->req.code = code;
    note_refusal(inbox, in, who);
    answer_now(in);
}

/* ---- operations ---- */

static int64_t keep_us(enum fed_keep keep)
{
    switch (keep) {
    case FED_KEEP_NONE:
        return 0;
    case FED_KEEP_HOUR:
        return KEEP_HOUR_US;
    case FED_KEEP_MONTH:
        return KEEP_MONTH_US;
    }
    return 0;
}

/* What was answered before; ERR_NOT_FOUND: it is new. */
static enum err op_again(struct tx *tx, struct fed_req *req, const struct hash256 *digest,
                         struct fail *why)
{
    struct op_row row;
    enum err rc = op_store_find(tx, req->services->keyring, req->peer->node, req->op,
                                req->arena, &row, why);

    if (rc != ERR_OK)
        return rc;
    if (!span_eq(row.digest, hash256_span(digest)) ||
        !span_eq(row.kind, span_text(req->kind->name)))
        return fed_refuse(req, FED_OP_CONFLICT, why);
    req->status = row.status;
    req->media = PROFILE_JSON;
    req->answer = row.answer;
    req->code = FED_OK;
    return ERR_OK;
}

static enum err op_keep(struct tx *tx, const struct fed_req *req, const struct hash256 *digest,
                        struct fail *why)
{
    const struct op_row row = {
        .peer = req->peer->node,
        .op = req->op,
        .kind = span_text(req->kind->name),
        .digest = hash256_span(digest),
        .status = req->status,
        .answer = req->answer,
        .at_utc_us = req->now_utc_us,
        .kept_until_utc_us = req->now_utc_us + keep_us(req->kind->keep),
    };
    struct id key;
    enum err rc = fed_seal_key(req->federation, &key, why);

    return rc == ERR_OK ? op_store_add(tx, req->services->keyring, key, &row, why) : rc;
}

static enum err op_record(struct tx *tx, const struct fed_req *req, struct fail *why)
{
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .route = req->kind->name,
        .role = "node",
        .address = req->in->address,
        .object = req->peer->node,
        .action = "change",
        .outcome = err_code(ERR_OK),
        .purpose = SPAN(""),
    };

    return access_append(tx, &entry, why);
}

/* A town that left under this contract brings nothing more. A boot key's word is judged by the
 * deposit, which is gone then. */
static enum err op_judge(struct tx *tx, struct fed_req *req, struct fail *why)
{
    bool is_barred = false;
    enum err rc = req->kind->is_late || req->kind->is_boot
                      ? ERR_OK
                      : purge_is_barred(tx, req->peer, req->arena, &is_barred, why);

    return rc == ERR_OK && is_barred ? fed_refuse(req, FED_CLASS_PURGED, why) : rc;
}

static enum err op_run(struct tx *tx, void *arg, struct fail *why)
{
    struct fed_req *req = arg;
    const struct hash256 digest = hash256_of(req->body);
    enum err rc;

    req->code = FED_OK;
    req->status = 0;
    rc = op_again(tx, req, &digest, why);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = op_judge(tx, req, why);
    if (rc == ERR_OK)
        rc = req->kind->run(tx, req, why);
    if (rc == ERR_OK)
        rc = op_keep(tx, req, &digest, why);
    if (rc == ERR_OK && req->kind->is_recorded)
        rc = op_record(tx, req, why);
    return rc;
}

/* The writer's thread. */
static void op_done(void *arg, enum err rc, const struct fail *why)
{
    struct fed_req *req = arg;

    if (rc != ERR_OK && req->code == FED_OK) {
        log_at((enum log_level)err_log_level(rc), "fed.failed", L_TEXT("kind", req->kind->name),
               L_FAIL(why));
        req->code = fed_code_of_err(rc);
    }
    post_ready(req->in);
}

/* ---- the way in ---- */

static enum fed_code check_body(struct fed_req *req, const struct fed_claim *claim)
{
    const struct fed_kind *kind = req->kind;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (req->body.len > kind->body_most)
        return FED_TOO_LARGE;
    /* What is read, and what another town's end needs of us, goes on. */
    if (leaving_is_on(req->services->leaving) && strcmp(kind->method, "GET") != 0 &&
        strcmp(kind->name, "fed.purge") != 0)
        return FED_DRAINING;
    if (claim != NULL && claim->media != kind->media)
        return FED_MEDIA;
    if (kind->input == NULL)
        return FED_OK;
    req->input = arena_alloc(req->arena, kind->input->bytes);
    if (req->input == NULL)
        return FED_UNAVAILABLE;
    rc = jx_read(req->body, kind->input, req->arena, req->input, NULL, &why);
    return rc == ERR_OK ? FED_OK : fed_code_of_err(rc);
}

static void hand_over(struct inbox *inbox, struct fed_in *in)
{
    struct fed_req *req = &in->req;
    struct writer_op op = {op_run, op_done, req};
    struct fail why = {.code = ERR_OK};

    if (req->kind->keep == FED_KEEP_NONE) {
        req->kind->handle(req);
        return;
    }
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        refuse(inbox, in, fed_code_of_err(why.code), req->peer);
}

static enum fed_code check_pace(struct inbox *inbox, struct id peer)
{
    struct pace *pace = &inbox->paces[(peer.b[15] ^ peer.b[7]) % PACES_N];

    return pace_take(pace, PACE_BURST, PACE_A_S * 1000) ? FED_OK : FED_RATE;
}

/* What its registry makes of a request whose signature holds. */
static enum fed_code check_head(struct inbox *inbox, const struct fed_req *req)
{
    struct federation *f = inbox->federation;
    const struct fed_claim *claim = &inbox->who.claim;
    bool is_behind = false;
    enum fed_code code = trust_head_heard(f->trust, req->peer->node, claim->reg_seq,
                                          claim->reg_hash8, req->now_utc_us, &is_behind);

    if (is_behind)
        gossip_fetch(f, req->peer->node, 0);
    if (code == FED_REGISTRY_SPLIT)
        gossip_fetch(f, req->peer->node, claim->reg_seq);
    return req->kind != NULL && req->kind->takes_stale ? FED_OK : code;
}

static enum fed_code (*find_of(const struct fed_kind *kind))(void *, struct span, int64_t,
                                                             const struct fed_member **,
                                                             const struct fed_key **)
{
    if (kind == NULL)
        return NULL;
    return kind->is_boot ? escrow_boot_key_find : kind->is_late ? purge_key_find : NULL;
}

static enum fed_code pass_gate(struct inbox *inbox, struct fed_in *in,
                               const struct fed_member *self, enum fed_code kind_code)
{
    struct federation *f = inbox->federation;
    struct fed_req *req = &in->req;
    const struct fed_gate gate = {
        .registry = in->registry,
        .self = f->conf.node,
        .authority = profile_authority(span_text(self->endpoint)),
        .nonces = inbox->nonces,
        .open_utc_us = atomic_load(&f->open_utc_us),
        .find = find_of(req->kind),
        .find_arg = req,
    };
    unsigned roles = req->kind == NULL ? 0 : req->kind->roles;
    enum fed_code code =
        fed_gate_check(&gate, &in->message, roles, req->now_utc_us, &inbox->who);

    atomic_store(&f->n_nonces, nonces_count(inbox->nonces));
    if (code != FED_OK)
        return code;
    req->peer = inbox->who.member;
    req->op = inbox->who.claim.op;
    memcpy(req->kid, inbox->who.claim.kid, sizeof req->kid);
    outbox_heard(f, req->peer->node);
    code = check_pace(inbox, req->peer->node);
    if (code == FED_OK)
        code = check_head(inbox, req);
    return code == FED_OK ? kind_code : code;
}

/* Asked by nobody in particular, as a node must that has no registry yet: of a coordinator. */
static bool is_open_ask(const struct fed_in *in, const struct fed_member *self)
{
    const struct fed_message *m = &in->message;

    for (int i = 0; i < m->n_headers; i++)
        if (span_eq(m->headers[i].name, SPAN("signature-input")) ||
            span_eq(m->headers[i].name, SPAN("signature")))
            return false;
    return in->req.kind != NULL && in->req.kind->is_open && m->body.len == 0 &&
           (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;
}

static void take(struct inbox *inbox, struct fed_in *in)
{
    struct federation *f = inbox->federation;
    const struct fed_member *self;
    struct fed_req *req = &in->req;
    enum fed_code code;

    memset(&inbox->who, 0, sizeof inbox->who);
    in->registry = trust_now(f->trust);
    self = in->registry == NULL ? NULL : registry_member(in->registry, f->conf.node);
    *req = (struct fed_req){
        .services = f->conf.services,
        .federation = f,
        .arena = in->arena,
        .registry = in->registry,
        .query = in->message.query,
        .body = in->message.body,
        .now_utc_us = clock_utc_us(),
        .in = in,
    };
    if (self == NULL) {
        in->is_absent = true;
        let_go(in);
        return;
    }
    code = find_kind(&in->message, req);
    if (!in->is_too_large && is_open_ask(in, self)) {
        if (pace_take(&inbox->open, OPEN_BURST, OPEN_A_S * 1000))
            hand_over(inbox, in);
        else
            refuse(inbox, in, FED_RATE, NULL);
        return;
    }
    /* Its key is looked up in the database, which is not to be had at any stranger's will. */
    if (req->kind != NULL && req->kind->is_boot &&
        !pace_take(&inbox->boot, BOOT_BURST, BOOT_A_S * 1000)) {
        refuse(inbox, in, FED_RATE, NULL);
        return;
    }
    code = in->is_too_large ? FED_TOO_LARGE : pass_gate(inbox, in, self, code);
    if (code == FED_OK)
        code = check_body(req, &inbox->who.claim);
    if (code != FED_OK)
        refuse(inbox, in, code, inbox->who.member);
    else
        hand_over(inbox, in);
}

static void *inbox_main(void *arg)
{
    struct inbox *inbox = arg;
    struct message message;

    pthread_setname_np(pthread_self(), "fed-inbox");
    while (!mbox_is_done(inbox->messages)) {
        if (mbox_take(inbox->messages, &message, 1, -1) == 0)
            continue;
        if (!message.is_ready) {
            take(inbox, message.in);
            continue;
        }
        if (message.in->req.code != FED_OK)
            note_refusal(inbox, message.in, message.in->req.peer);
        answer_now(message.in);
    }
    return NULL;
}

bool inbox_is_open(struct federation *f)
{
    struct registry *registry = trust_now(f->trust);
    bool is_open = registry != NULL && registry_member(registry, f->conf.node) != NULL;

    registry_unref(&registry);
    return is_open;
}

enum err inbox_post(struct federation *f, struct fed_in *in, struct fail *why)
{
    struct inbox *inbox = f->inbox;
    const struct message message = {in, false};
    enum err rc;

    if (atomic_fetch_add(&inbox->n_inside, 1) >= INSIDE_MOST)
        rc = fail_set(why, ERR_BUSY, "%d requests are inside", INSIDE_MOST);
    else
        rc = mbox_post(inbox->messages, &message, why);
    if (rc != ERR_OK)
        atomic_fetch_sub(&inbox->n_inside, 1);
    return rc;
}

enum err inbox_open(struct federation *f, struct fail *why)
{
    struct inbox *inbox = calloc(1, sizeof *inbox);
    enum err rc;

    if (inbox == NULL)
        return fail_set(why, ERR_NOMEM, "inbox");
    f->inbox = inbox;
    inbox->federation = f;
    rc = nonces_create(&inbox->nonces, why);
    if (rc == ERR_OK)
        rc =
            mbox_create(sizeof(struct message), (size_t)2 * INSIDE_MOST, &inbox->messages, why);
    if (rc == ERR_OK)
        rc = fed_thread_start(&inbox->thread, inbox_main, inbox, why);
    inbox->has_thread = rc == ERR_OK;
    return rc;
}

void inbox_close(struct federation *f)
{
    struct inbox *inbox = f->inbox;

    if (inbox == NULL)
        return;
    invariant(atomic_load(&inbox->n_inside) == 0, "%d requests are inside",
              atomic_load(&inbox->n_inside));
    if (inbox->messages != NULL)
        mbox_close(inbox->messages);
    if (inbox->has_thread)
        pthread_join(inbox->thread, NULL);
    mbox_destroy(&inbox->messages);
    nonces_destroy(&inbox->nonces);
    db_close(&inbox->db);
    free(inbox);
    f->inbox = NULL;
}
