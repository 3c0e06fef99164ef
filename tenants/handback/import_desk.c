#include "tenants/handback/import_desk.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "node/base/log.h"
#include "tenants/handback/import_bag.h"
#include "tenants/handback/intake_store.h"

#define DIR_MOST      512
#define KEY_MOST      192
#define ARENA_BYTES   65536
#define N_DEFECTS_CAP 50
#define TEXT_CAP      400

enum desk_state {
    DESK_NONE,
    DESK_CHECKING,
    DESK_IMPORTING,
    DESK_REFUSED,
    DESK_FAILED,
    DESK_DONE
};
#define DESK_STATES "none|checking|importing|refused|failed|done"

struct told { /* a defect, copied */
    char code[24], file[BAG_PATH_CAP], text_ja[TEXT_CAP], detail[TEXT_CAP];
    int64_t line, seq; /* 0, -1: none */
};

static struct {
    pthread_mutex_t lock;
    enum desk_state state;
    bool has_thread;
    pthread_t thread;
    const struct services *services;
    char dir[DIR_MOST + 1], key[KEY_MOST + 1], why[TEXT_CAP], code[24];
    struct told told[N_DEFECTS_CAP];
    size_t n_told;
    uint64_t n_defects;
} desk = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the thread ---- */

static void copy(char *to, size_t cap, const char *from)
{
    snprintf(to, cap, "%s", from);
}

static void tell(const struct bag_defect *defect, void *arg)
{
    (void)arg;
    pthread_mutex_lock(&desk.lock);
    if (desk.n_told < N_DEFECTS_CAP) {
        struct told *t = &desk.told[desk.n_told++];

        copy(t->code, sizeof t->code, defect->code);
        copy(t->file, sizeof t->file, defect->file);
        copy(t->text_ja, sizeof t->text_ja, defect->text_ja);
        copy(t->detail, sizeof t->detail, defect->detail);
        t->line = (int64_t)defect->line;
        t->seq = defect->has_seq ? (int64_t)defect->seq : -1;
    }
    desk.n_defects++;
    pthread_mutex_unlock(&desk.lock);
}

static void set_state(enum desk_state state, const struct fail *why)
{
    pthread_mutex_lock(&desk.lock);
    desk.state = state;
    copy(desk.why, sizeof desk.why, why == NULL ? "" : why->text);
    copy(desk.code, sizeof desk.code, why == NULL ? "" : err_code(why->code));
    pthread_mutex_unlock(&desk.lock);
}

static void began(void *arg)
{
    (void)arg;
    set_state(DESK_IMPORTING, NULL);
}

static void *desk_main(void *arg)
{
    struct import_conf conf = {
        .services = desk.services, .dir = desk.dir, .each = tell, .began = began};
    struct import_result *result = NULL;
    struct arena *arena = NULL;
    struct note_key key;
    struct fail why = {.code = ERR_OK};
    enum err rc = arena_create(ARENA_BYTES, &arena, &why);

    (void)arg;
    pthread_setname_np(pthread_self(), "import");
    if (rc == ERR_OK) {
        result = arena_alloc(arena, sizeof *result);
        rc = result == NULL ? fail_set(&why, ERR_NOMEM, "import") : ERR_OK;
    }
    if (rc == ERR_OK && desk.key[0] != '\0') {
        rc = note_key_parse(span_text(desk.key), &key, &why);
        conf.key = &key;
    }
    if (rc == ERR_OK && result != NULL)
        rc = import_bag(&conf, arena, result, &why);
    arena_destroy(&arena);
    set_state(rc == ERR_OK                              ? DESK_DONE
              : rc == ERR_INVALID || rc == ERR_CONFLICT ? DESK_REFUSED
                                                        : DESK_FAILED,
              rc == ERR_OK ? NULL : &why);
    if (rc != ERR_OK) {
        log_warn("handback.import_failed", L_FAIL(&why));
        return NULL;
    }
    log_info("handback.imported", L_NONE);
    kill(getpid(), SIGTERM); /* all that is in memory is of the empty node */
    return NULL;
}

/* The request's own record is committed: from now on the import may have the writer. */
static void start(struct req *req)
{
    (void)req;
    pthread_mutex_lock(&desk.lock);
    desk.has_thread = pthread_create(&desk.thread, NULL, desk_main, NULL) == 0;
    if (!desk.has_thread)
        desk.state = DESK_FAILED;
    pthread_mutex_unlock(&desk.lock);
}

void import_desk_end(void)
{
    bool has;

    pthread_mutex_lock(&desk.lock);
    has = desk.has_thread;
    desk.has_thread = false;
    pthread_mutex_unlock(&desk.lock);
    if (has)
        pthread_join(desk.thread, NULL);
}

/* ---- HTTP ---- */

struct ask {
    struct span dir, key;
    bool has_key;
};
static const struct jx_field ask_fields[] = {
    {.name = "dir",
     .type = JX_TEXT,
     .least = 1,
     .most = DIR_MOST,
     .offset = offsetof(struct ask, dir),
     .title_ja = "バッグのフォルダ"},
    {.name = "key",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = KEY_MOST,
     .offset = offsetof(struct ask, key),
     .has_offset = offsetof(struct ask, has_key),
     .title_ja = "渡した拠点の公開鍵"},
};
static const struct jx_shape ask_shape = JX_SHAPE("HandbackImportAsk", struct ask, ask_fields);

struct defect_out {
    struct span code, file, text, detail;
    int64_t line, seq;
    bool has_line, has_seq;
};
#define TEXT(name_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_RAW_TEXT, \
        .offset = offsetof(struct defect_out, name_), .title_ja = (title) \
    }
static const struct jx_field defect_fields[] = {
    TEXT(code, "符号"),
    TEXT(file, "ファイル"),
    {.name = "line",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct defect_out, line),
     .has_offset = offsetof(struct defect_out, has_line),
     .title_ja = "行"},
    {.name = "seq",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct defect_out, seq),
     .has_offset = offsetof(struct defect_out, has_seq),
     .title_ja = "監査記録の番号"},
    TEXT(text, "何がおかしいか"),
    TEXT(detail, "くわしく"),
};
static const struct jx_shape defect_shape =
    JX_SHAPE("HandbackDefect", struct defect_out, defect_fields);

struct desk_out {
    int state;
    struct span why, code;
    int64_t n_defects, n_records;
    struct jx_list defects;
    struct id id;
    struct span bag;
    bool has_id, has_bag;
};
static const struct jx_field desk_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = DESK_STATES,
     .offset = offsetof(struct desk_out, state),
     .title_ja = "どこまで進んだか"},
    {.name = "why",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct desk_out, why),
     .title_ja = "取り込めない理由"},
    {.name = "code",
     .type = JX_TEXT,
     .offset = offsetof(struct desk_out, code),
     .title_ja = "理由の符号"},
    {.name = "n_defects",
     .type = JX_INT,
     .offset = offsetof(struct desk_out, n_defects),
     .title_ja = "バッグの異常の数"},
    {.name = "defects",
     .type = JX_LIST,
     .shape = &defect_shape,
     .offset = offsetof(struct desk_out, defects),
     .title_ja = "バッグの異常（はじめの50件）"},
    {.name = "id",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct desk_out, id),
     .has_offset = offsetof(struct desk_out, has_id),
     .title_ja = "引き継ぎのID"},
    {.name = "bag",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct desk_out, bag),
     .has_offset = offsetof(struct desk_out, has_bag),
     .title_ja = "バッグのハッシュ値"},
    {.name = "n_records",
     .type = JX_INT,
     .offset = offsetof(struct desk_out, n_records),
     .title_ja = "取り込んだ記録の数"},
};
static const struct jx_shape desk_shape =
    JX_SHAPE("HandbackImportState", struct desk_out, desk_fields);

static bool is_busy(void)
{
    return desk.state == DESK_CHECKING || desk.state == DESK_IMPORTING ||
           desk.state == DESK_DONE;
}

static void import_ask(struct req *req)
{
    const struct ask *ask = req->input;
    bool is_mine;

    if (ask->dir.p[0] != '/') {
        reply_problem(req, 400, "path", "フォルダは / から始まる名前で示してください。");
        return;
    }
    pthread_mutex_lock(&desk.lock);
    is_mine = !is_busy();
    if (is_mine) {
        snprintf(desk.dir, sizeof desk.dir, "%.*s", SPAN_ARG(ask->dir));
        snprintf(desk.key, sizeof desk.key, "%.*s", SPAN_ARG(ask->key));
        desk.services = req->services;
        desk.state = DESK_CHECKING;
        desk.n_told = 0;
        desk.n_defects = 0;
    }
    pthread_mutex_unlock(&desk.lock);
    if (!is_mine) {
        reply_problem(req, 409, "busy", "いま、ほかの取り込みをしています。");
        return;
    }
    import_desk_end(); /* the thread of the one before */
    req->recorded = start;
    reply_none(req);
}

static bool copy_defects(struct req *req, struct desk_out *out)
{
    struct defect_out *at = req_alloc(req, (desk.n_told + 1) * sizeof *at);

    if (at == NULL)
        return false;
    for (size_t i = 0; i < desk.n_told; i++) {
        const struct told *t = &desk.told[i];

        at[i] = (struct defect_out){
            .code = arena_copy(req->arena, span_text(t->code)),
            .file = arena_copy(req->arena, span_text(t->file)),
            .text = arena_copy(req->arena, span_text(t->text_ja)),
            .detail = arena_copy(req->arena, span_text(t->detail)),
            .line = t->line,
            .has_line = t->line > 0,
            .seq = t->seq,
            .has_seq = t->seq >= 0,
        };
    }
    out->defects = (struct jx_list){at, desk.n_told};
    return true;
}

static void import_show(struct req *req)
{
    struct desk_out *out = req_alloc(req, sizeof *out);
    struct intake_row row;
    bool ok;

    if (out == NULL)
        return;
    pthread_mutex_lock(&desk.lock);
    out->state = (int)desk.state;
    out->why = arena_copy(req->arena, span_text(desk.why));
    out->code = arena_copy(req->arena, span_text(desk.code));
    out->n_defects = (int64_t)desk.n_defects;
    ok = copy_defects(req, out);
    pthread_mutex_unlock(&desk.lock);
    if (!ok)
        return;
    if (out->state == DESK_NONE && req->db != NULL &&
        intake_store_last(req->db, req->arena, &row, NULL) == ERR_OK) {
        out->state = DESK_DONE;
        out->id = row.id;
        out->has_id = out->has_bag = true;
        out->bag = row.bag;
        out->n_records = row.n_records;
    }
    reply_json(req, 200, out);
}

#define OPERATOR .listeners = LISTENER_ADMIN, .roles = ROLE_BIT(ROLE_ANONYMOUS)

const struct route import_routes[IMPORT_ROUTES_N] = {
    {.name = "handback.import",
     .method = HTTP_POST,
     .path = "/api/v1/admin/handback/import",
     OPERATOR,
     .audit = AUDIT_CHANGE,
     .input = &ask_shape,
     .summary_ja = "前の事業者から返却されたバッグを取り込む",
     .handle = import_ask},
    {.name = "handback.import_show",
     .method = HTTP_GET,
     .path = "/api/v1/admin/handback/import",
     OPERATOR,
     .output = &desk_shape,
     .summary_ja = "バッグの取り込みのようす",
     .handle = import_show},
};
