/* Lines that wait for staff, over HTTP (AI-2.6-ウ, AI-4.4-カ-ハ-1a): whoever may see IDs reads
 * them whole and shows them or not; a line that was shown may be hidden the same way. */
#include <stdlib.h>

#include "node/place/chat_priv.h"
#include "node/place/chat_rows.h"
#include "node/place/place_http.h"

#define PAGE 50
#define STAFF \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

static const char late_ja[] =
    "この文は、もうほかの職員が決めました。一覧を読みなおしてください。";

/* ---- the list ---- */

struct item {
    struct id line, account, to_account;
    int64_t at;
    int channel;
    struct span floor, room, name, login, to_name, to_login, text, original;
    struct jx_texts categories;
    bool has_room, has_to, has_name, has_login, has_to_name, has_to_login;
};
static const struct jx_field item_fields[] = {
    PLACE_FIELD(JX_ID, item, line, "文のID"),
    PLACE_FIELD(JX_TIME, item, at, "いつ"),
    PLACE_CHOICE(item, channel, CHAT_CHANNELS, "どこへ"),
    PLACE_FIELD(JX_TEXT, item, floor, "フロア"),
    PLACE_MAYBE(JX_TEXT, item, room, has_room, "へや"),
    PLACE_FIELD(JX_ID, item, account, "だれが"),
    PLACE_MAYBE(JX_TEXT, item, name, has_name, "表示名"),
    PLACE_MAYBE(JX_TEXT, item, login, has_login, "ID"),
    PLACE_MAYBE(JX_ID, item, to_account, has_to, "だれに"),
    PLACE_MAYBE(JX_TEXT, item, to_name, has_to_name, "相手の表示名"),
    PLACE_MAYBE(JX_TEXT, item, to_login, has_to_login, "相手のID"),
    PLACE_FIELD(JX_TEXT, item, text, "見せるときの文"),
    PLACE_FIELD(JX_TEXT, item, original, "書いたままの文"),
    PLACE_FIELD(JX_TEXTS, item, categories, "見つかったもの"),
};
static const struct jx_shape item_shape = JX_SHAPE("HeldLine", struct item, item_fields);

struct list_output {
    struct jx_list items;
    int64_t n;
    struct span next;
    bool has_next;
};
static const struct jx_field list_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .most = PAGE,
     .offset = offsetof(struct list_output, items),
     .title_ja = "待っている文（古い順）"},
    PLACE_FIELD(JX_INT, list_output, n, "待っている文の数"),
    PLACE_MAYBE(JX_TEXT, list_output, next, has_next, "続きを見るときの after の値"),
};
static const struct jx_shape list_shape =
    JX_SHAPE("HeldLines", struct list_output, list_fields);

static bool fill_categories(unsigned categories, struct arena *arena, struct jx_texts *out)
{
    out->at = arena_alloc(arena, WORDS_CATEGORIES_N * sizeof *out->at);
    for (int c = 0; out->at != NULL && c < WORDS_CATEGORIES_N; c++)
        if ((categories & (1u << c)) != 0)
            out->at[out->n++] = span_text(words_category_name((enum words_category)c));
    return out->at != NULL;
}

/* A line whose author's key is gone says nothing any more. */
static enum err fill(const struct req *req, const struct chat_line_row *row, struct item *out,
                     struct fail *why)
{
    struct chat_text text = {SPAN_NONE, SPAN_NONE, SPAN_NONE};
    enum err rc = chat_line_open(req->services->keyring, row, req->arena, &text, why);

    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    *out = (struct item){.line = row->id,
                         .at = row->at_utc_us,
                         .channel = (int)row->channel,
                         .floor = row->floor,
                         .room = row->room,
                         .has_room = row->room.len > 0,
                         .account = row->account,
                         .to_account = row->to,
                         .has_to = !id_is_none(row->to),
                         .text = text.masked,
                         .original = text.text};
    return fill_categories(row->categories, req->arena, &out->categories)
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "categories");
}

static void put_account(struct place_name *names, size_t *n, struct id account)
{
    if (!id_is_none(account) && place_name_find(names, *n, account) == NULL)
        names[(*n)++].account = account;
}

static void name_of(const struct place_name *names, size_t n, struct id account,
                    struct span *name, bool *has_name, struct span *login, bool *has_login)
{
    const struct place_name *one = place_name_find(names, n, account);

    if (one == NULL)
        return;
    *name = one->display_name;
    *has_name = name->len > 0;
    *login = one->login;
    *has_login = login->len > 0;
}

/* False: answered. */
static bool add_names(struct req *req, struct item *items, size_t n)
{
    struct place_name *names = req_alloc(req, (2 * n + 1) * sizeof *names);
    size_t n_names = 0;

    if (names == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        put_account(names, &n_names, items[i].account);
        put_account(names, &n_names, items[i].to_account);
    }
    if (!place_names(req, names, n_names))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct item *it = &items[i];

        name_of(names, n_names, it->account, &it->name, &it->has_name, &it->login,
                &it->has_login);
        name_of(names, n_names, it->to_account, &it->to_name, &it->has_to_name, &it->to_login,
                &it->has_to_login);
    }
    return true;
}

static void list(struct req *req)
{
    struct chat_line_row *rows = NULL;
    struct item *items = req_alloc(req, (PAGE + 1) * sizeof *items);
    struct list_output out = {.has_next = false};
    struct fail why = {.code = ERR_OK};
    struct id after = ID_NONE;
    int64_t after_at = 0;
    size_t n = 0;
    enum err rc;

    if (items == NULL)
        return;
    rc = place_query_row(req, "after", &after_at, &after, &why);
    if (rc == ERR_OK)
        rc = chat_store_held(req->db, after_at, after, PAGE + 1, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        rc = chat_store_n_held(req->db, &out.n, &why);
    out.has_next = n > PAGE;
    n = n > PAGE ? PAGE : n;
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = fill(req, &rows[i], &items[i], &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!add_names(req, items, n))
        return;
    if (out.has_next)
        out.next = place_row_text(req, rows[PAGE - 1].at_utc_us, rows[PAGE - 1].id);
    out.has_next = out.next.p != NULL;
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- deciding ---- */

struct decide_input {
    struct id id;
    int act;
};
static const struct jx_field decide_fields[] = {
    PLACE_FIELD(JX_ID, decide_input, id, "決定のID"),
    PLACE_CHOICE(decide_input, act, CHAT_ACTS, "見せる・見せない・かくす"),
};
static const struct jx_shape decide_shape =
    JX_SHAPE("HeldDecision", struct decide_input, decide_fields);

struct decide_output {
    struct id line;
    int state;
};
static const struct jx_field decided_fields[] = {
    PLACE_FIELD(JX_ID, decide_output, line, "文のID"),
    PLACE_CHOICE(decide_output, state, CHAT_STATES, "いまのようす"),
};
static const struct jx_shape decided_shape =
    JX_SHAPE("HeldDecided", struct decide_output, decided_fields);

struct deciding {
    struct req *req;
    struct chat_decision_row row;
    struct chat_decided *told; /* NULL: nothing new */
    enum chat_state state;
};

static void forget_told(struct deciding *d)
{
    if (d->told != NULL)
        free(d->told->said);
    free(d->told);
    d->told = NULL;
}

/* What the live thread needs of the line. */
static enum err make_told(struct deciding *d, struct tx *tx, const struct chat_line_row *line,
                          bool was_held, struct fail *why)
{
    const struct services *services = d->req->services;
    struct chat_line said = {.id = line->id};
    struct chat_text text;
    enum err rc = chat_line_open(services->keyring, line, tx_arena(tx), &text, why);

    if (rc == ERR_OK)
        rc = chat_line_of_row(line, &text, tx_arena(tx), &said, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    d->told = calloc(1, sizeof *d->told);
    if (d->told == NULL)
        return fail_set(why, ERR_NOMEM, "a decision");
    *d->told = (struct chat_decided){.services = services,
                                     .line = line->id,
                                     .author = line->account,
                                     .to = line->to,
                                     .talk = line->talk,
                                     .act = d->row.act,
                                     .was_held = was_held,
                                     .where = chat_where_of_row(line),
                                     .said = rc == ERR_OK ? chat_line_create(&said) : NULL};
    return ERR_OK;
}

static bool still_holds(enum chat_act act, enum chat_state state)
{
    return (act == CHAT_RELEASE && state == CHAT_SAID) ||
           (act == CHAT_KEEP && state == CHAT_KEPT) ||
           (act == CHAT_HIDE && state == CHAT_HIDDEN);
}

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    struct deciding *d = arg;
    struct chat_line_row before, after;
    struct access_entry access;
    bool is_new = false;
    enum err rc = chat_line_read(tx, NULL, d->row.line, tx_arena(tx), &before, why);

    forget_told(d); /* it may run again */
    if (rc == ERR_OK)
        rc = chat_store_decide(tx, &d->row, &is_new, why);
    if (rc == ERR_OK)
        rc = chat_line_read(tx, NULL, d->row.line, tx_arena(tx), &after, why);
    if (rc != ERR_OK)
        return rc;
    d->state = after.state;
    d->req->person = before.account;
    access = access_of(d->req);
    if (is_new)
        rc = make_told(d, tx, &after, before.state == CHAT_HELD, why);
    else if (still_holds(d->row.act, after.state)) /* asked again: nobody may have been told */
        rc = make_told(d, tx, &after, after.was_held && d->row.act != CHAT_HIDE, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void decide_done(void *arg, enum err rc, const struct fail *why)
{
    struct deciding *d = arg;
    const struct decide_output out = {d->row.line, (int)d->state};

    if (rc != ERR_OK) {
        forget_told(d);
        if (rc == ERR_CONFLICT && strcmp(why->field, "act") == 0)
            reply_problem(d->req, 409, "decided", late_ja);
        else
            reply_fail(d->req, why);
        return;
    }
    if (d->told != NULL)
        chat_decided_post(d->told);
    d->req->access_recorded = 1;
    reply_json(d->req, 200, &out);
}

static void decide(struct req *req)
{
    const struct decide_input *in = req->input;
    struct deciding *d = req_alloc(req, sizeof *d);
    const struct writer_op op = {decide_run, decide_done, d};
    struct fail why = {.code = ERR_OK};

    if (d == NULL)
        return;
    *d = (struct deciding){
        .req = req,
        .row = {.id = in->id, .act = (enum chat_act)in->act, .who = place_decider_of(req)}};
    if (id_parse(req_param(req, "line"), &d->row.line, NULL) != ERR_OK) {
        (void)fail_set(&why, ERR_NOT_FOUND, "no such line");
        reply_fail(req, &why);
        return;
    }
    req->object = d->row.line;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route chat_routes[CHAT_ROUTES_N] = {
    {.name = "held.list",
     .method = HTTP_GET,
     .path = "/api/v1/held",
     .listeners = PLACE_LISTENERS,
     .roles = STAFF,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &list_shape,
     .summary_ja = "職員が見るまで止まっている文を見る",
     .handle = list},
    {.name = "held.decide",
     .method = HTTP_POST,
     .path = "/api/v1/held/{line}",
     .listeners = PLACE_LISTENERS,
     .roles = STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &decide_shape,
     .output = &decided_shape,
     .summary_ja = "止まっている文を見せるか決める。見えている文をかくす",
     .handle = decide},
};
