/* Lists over HTTP, read: what holds, the base list of a category, what was changed by whom, and
 * a line tried out (AI-2.6-ウ). */
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "tenants/words/words_change.h"
#include "tenants/words/words_now.h"
#include "tenants/words/words_reason.h"
#include "tenants/words/words_rows.h"

#define PAGE     50
#define TRY_MOST 400 /* graphemes */

#define READERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* -- what holds -- */

struct base_view {
    struct span name, title, kind;
    int64_t n;
};
static const struct jx_field base_fields[] = {
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct base_view, name),
     .title_ja = "分類"},
    {.name = "title",
     .type = JX_TEXT,
     .offset = offsetof(struct base_view, title),
     .title_ja = "分類の名前"},
    {.name = "kind",
     .type = JX_TEXT,
     .offset = offsetof(struct base_view, kind),
     .title_ja = "何が起きるか（ng隠す・crisis知らせる・contact止める）"},
    {.name = "n",
     .type = JX_INT,
     .offset = offsetof(struct base_view, n),
     .title_ja = "言葉の数"},
};
static const struct jx_shape base_shape =
    JX_SHAPE("WordsCategory", struct base_view, base_fields);

static const struct jx_field view_fields[] = {
    {.name = "version",
     .type = JX_INT,
     .offset = offsetof(struct words_view, version),
     .title_ja = "最後の決定の番号"},
    {.name = "own",
     .type = JX_TEXTS,
     .offset = offsetof(struct words_view, own),
     .title_ja = "この自治体が加えた言葉"},
    {.name = "allowed",
     .type = JX_TEXTS,
     .offset = offsetof(struct words_view, allowed),
     .title_ja = "隠さない言葉"},
    {.name = "base",
     .type = JX_LIST,
     .shape = &base_shape,
     .offset = offsetof(struct words_view, base),
     .title_ja = "はじめから入っている言葉の分類"},
};
const struct jx_shape words_view_shape = JX_SHAPE("Words", struct words_view, view_fields);

static const char *kind_name(enum words_category category)
{
    switch (words_kind_of(category)) {
    case WORDS_NG:
        return "ng";
    case WORDS_CRISIS:
        return "crisis";
    case WORDS_CONTACT:
        return "contact";
    case WORDS_KINDS_N:
        break;
    }
    return "";
}

static size_t n_base(enum words_category category)
{
    struct span term;
    size_t n = 0;

    for (const char *at = NULL; (at = words_base_next(category, at, &term)) != NULL;)
        n++;
    return n;
}

enum err words_view_fill(const struct words_held *held, struct arena *arena,
                         struct words_view *out, struct fail *why)
{
    struct base_view *base = arena_alloc(arena, WORDS_CATEGORIES_N * sizeof *base);
    size_t n = 0;

    if (base == NULL)
        return fail_set(why, ERR_NOMEM, "categories");
    for (int i = 0; i < WORDS_CATEGORIES_N; i++) {
        enum words_category category = (enum words_category)i;

        if (category != WORDS_OWN)
            base[n++] =
                (struct base_view){span_text(words_category_name(category)),
                                   span_text(words_category_ja(category)),
                                   span_text(kind_name(category)), (int64_t)n_base(category)};
    }
    *out = (struct words_view){
        .version = held->version,
        .own = {held->terms[WORDS_LIST_OWN], held->n[WORDS_LIST_OWN]},
        .allowed = {held->terms[WORDS_LIST_ALLOWED], held->n[WORDS_LIST_ALLOWED]},
        .base = {base, n}};
    return ERR_OK;
}

/* -- GET /api/v1/words -- */

static void words_show(struct req *req)
{
    struct words_held held;
    struct words_view view;
    struct fail why = {.code = ERR_OK};
    enum err rc = words_store_held(NULL, req->db, req->arena, &held, &why);

    if (rc == ERR_OK)
        rc = words_view_fill(&held, req->arena, &view, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

/* -- GET /api/v1/words/base?category=insult -- */

struct terms_view {
    struct jx_texts terms;
};
static const struct jx_field terms_fields[] = {
    {.name = "terms",
     .type = JX_TEXTS,
     .offset = offsetof(struct terms_view, terms),
     .title_ja = "はじめから入っている言葉"},
};
static const struct jx_shape terms_shape =
    JX_SHAPE("WordsBase", struct terms_view, terms_fields);

static bool category_find(struct span name, enum words_category *out)
{
    for (int i = 0; i < WORDS_CATEGORIES_N; i++)
        if (i != WORDS_OWN &&
            span_eq(name, span_text(words_category_name((enum words_category)i)))) {
            *out = (enum words_category)i;
            return true;
        }
    return false;
}

static void words_base_show(struct req *req)
{
    enum words_category category = WORDS_VIOLENCE;
    struct terms_view view = {.terms = {NULL, 0}};
    struct fail why = {.code = ERR_OK};

    if (!category_find(req_query(req, "category"), &category)) {
        fail_field(&why, ERR_INVALID, "category", "no category");
        reply_fail(req, &why);
        return;
    }
    view.terms.at = req_alloc(req, (n_base(category) + 1) * sizeof *view.terms.at);
    if (view.terms.at == NULL)
        return;
    for (const char *at = NULL;
         (at = words_base_next(category, at, &view.terms.at[view.terms.n])) != NULL;)
        view.terms.n++;
    reply_json(req, 200, &view);
}

/* -- GET /api/v1/words/history?before=12 -- */

struct past {
    struct words_act row;
    int list;
    struct span reason;
    bool has_reason, has_undoes;
};
static const struct jx_field past_fields[] = {
    {.name = "act",
     .type = JX_ID,
     .offset = offsetof(struct past, row.id),
     .title_ja = "操作のID"},
    {.name = "version",
     .type = JX_INT,
     .offset = offsetof(struct past, row.version),
     .title_ja = "決定の番号"},
    {.name = "list",
     .type = JX_ENUM,
     .choices = WORDS_LIST_CHOICES,
     .offset = offsetof(struct past, list),
     .title_ja = "どの一覧か"},
    {.name = "added",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct past, row.added),
     .title_ja = "加えた言葉（1行に一つ）"},
    {.name = "removed",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct past, row.removed),
     .title_ja = "外した言葉（1行に一つ）"},
    {.name = "undoes",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct past, row.undoes),
     .has_offset = offsetof(struct past, has_undoes),
     .title_ja = "取り消した操作のID"},
    {.name = "reason",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct past, reason),
     .has_offset = offsetof(struct past, has_reason),
     .title_ja = "理由"},
    {.name = "decided_at",
     .type = JX_TIME,
     .offset = offsetof(struct past, row.decided_utc_us),
     .title_ja = "いつ決めたか"},
    {.name = "decided_by",
     .type = JX_ID,
     .offset = offsetof(struct past, row.decided_by),
     .title_ja = "だれが決めたか（アカウントのID）"},
    {.name = "role",
     .type = JX_TEXT,
     .offset = offsetof(struct past, row.role),
     .title_ja = "だれが決めたか（役割）"},
};
static const struct jx_shape past_shape = JX_SHAPE("WordsPast", struct past, past_fields);

struct history {
    struct jx_list items;
    bool has_more;
};
static const struct jx_field history_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &past_shape,
     .offset = offsetof(struct history, items),
     .title_ja = "決定（新しい順）"},
    {.name = "has_more",
     .type = JX_BOOL,
     .offset = offsetof(struct history, has_more),
     .title_ja = "もっと古いものがあるか"},
};
static const struct jx_shape history_shape =
    JX_SHAPE("WordsHistory", struct history, history_fields);

static enum err fill_history(const struct req *req, int32_t before, struct history *out,
                             struct fail *why)
{
    struct words_act *rows = NULL;
    struct past *items;
    size_t n = 0;
    enum err rc = words_store_past(NULL, req->db, before, PAGE + 1, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "history");
    out->has_more = n > PAGE;
    out->items = (struct jx_list){items, n > PAGE ? PAGE : n};
    for (size_t i = 0; rc == ERR_OK && i < out->items.n; i++) {
        items[i] = (struct past){.row = rows[i],
                                 .list = (int)rows[i].list,
                                 .has_reason = rows[i].reason_sealed.len > 0,
                                 .has_undoes = !id_is_none(rows[i].undoes)};
        rc = words_reason_open(req->services->keyring, rows[i].id, rows[i].reason_sealed,
                               req->arena, &items[i].reason, why);
    }
    return rc;
}

static void words_history(struct req *req)
{
    struct span text = req_query(req, "before");
    struct history history = {.has_more = false};
    struct fail why = {.code = ERR_OK};
    int64_t before = INT32_MAX;
    enum err rc = ERR_OK;

    if (text.p != NULL && (!jx_i64_parse(text, &before) || before < 1 || before > INT32_MAX))
        rc = fail_field(&why, ERR_INVALID, "before", "not a version");
    if (rc == ERR_OK)
        rc = fill_history(req, (int32_t)before, &history, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &history);
    else
        reply_fail(req, &why);
}

/* -- POST /api/v1/words/try -- */

struct try_input {
    struct span text;
};
static const struct jx_field try_fields[] = {
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = TRY_MOST,
     .offset = offsetof(struct try_input, text),
     .title_ja = "ためす文"},
};
static const struct jx_shape try_shape = JX_SHAPE("WordsTry", struct try_input, try_fields);

struct hit_view {
    struct span text, category, title, kind;
    bool is_own;
};
static const struct jx_field hit_fields[] = {
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct hit_view, text),
     .title_ja = "見つけたところ"},
    {.name = "category",
     .type = JX_TEXT,
     .offset = offsetof(struct hit_view, category),
     .title_ja = "分類"},
    {.name = "title",
     .type = JX_TEXT,
     .offset = offsetof(struct hit_view, title),
     .title_ja = "分類の名前"},
    {.name = "kind",
     .type = JX_TEXT,
     .offset = offsetof(struct hit_view, kind),
     .title_ja = "何が起きるか（ng隠す・crisis知らせる・contact止める）"},
    {.name = "is_own",
     .type = JX_BOOL,
     .offset = offsetof(struct hit_view, is_own),
     .title_ja = "この自治体の言葉か"},
};
static const struct jx_shape hit_shape = JX_SHAPE("WordsHit", struct hit_view, hit_fields);

struct try_view {
    struct span masked;
    struct jx_list hits;
    bool is_held, is_crisis;
};
static const struct jx_field try_view_fields[] = {
    {.name = "masked",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct try_view, masked),
     .title_ja = "ほかの人に見える文"},
    {.name = "is_held",
     .type = JX_BOOL,
     .offset = offsetof(struct try_view, is_held),
     .title_ja = "職員が見るまで止めるか"},
    {.name = "is_crisis",
     .type = JX_BOOL,
     .offset = offsetof(struct try_view, is_crisis),
     .title_ja = "職員にすぐ知らせるか"},
    {.name = "hits",
     .type = JX_LIST,
     .shape = &hit_shape,
     .offset = offsetof(struct try_view, hits),
     .title_ja = "見つけたところと理由"},
};
static const struct jx_shape try_view_shape =
    JX_SHAPE("WordsTried", struct try_view, try_view_fields);

static enum err fill_hits(struct span text, const struct words_verdict *verdict,
                          struct arena *arena, struct try_view *out, struct fail *why)
{
    struct hit_view *hits = arena_alloc(arena, (verdict->n_hits + 1) * sizeof *hits);

    if (hits == NULL)
        return fail_set(why, ERR_NOMEM, "hits");
    for (size_t i = 0; i < verdict->n_hits; i++) {
        const struct words_hit *hit = &verdict->hits[i];

        hits[i] = (struct hit_view){span_cut(text, hit->from, hit->to - hit->from),
                                    span_text(words_category_name(hit->category)),
                                    span_text(words_category_ja(hit->category)),
                                    span_text(kind_name(hit->category)), hit->is_own};
    }
    *out = (struct try_view){.masked = verdict->masked,
                             .hits = {hits, verdict->n_hits},
                             .is_held = words_has(verdict, WORDS_CONTACT),
                             .is_crisis = words_has(verdict, WORDS_CRISIS)};
    return ERR_OK;
}

static void words_try(struct req *req)
{
    const struct try_input *in = req->input;
    struct words *words = words_now(req->services->words);
    struct words_verdict verdict;
    struct try_view view;
    struct fail why = {.code = ERR_OK};
    enum err rc = words_look(words, WORDS_SURFACE_CHAT, in->text, req->arena, &verdict, &why);

    if (rc == ERR_OK)
        rc = fill_hits(in->text, &verdict, req->arena, &view, &why);
    words_unref(&words);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

const struct route words_routes[WORDS_ROUTES_N] = {
    {
        .name = "words.show",
        .method = HTTP_GET,
        .path = "/api/v1/words",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &words_view_shape,
        .summary_ja = "隠す言葉、隠さない言葉の一覧を見る",
        .handle = words_show,
    },
    {
        .name = "words.base",
        .method = HTTP_GET,
        .path = "/api/v1/words/base",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &terms_shape,
        .summary_ja = "はじめから入っている言葉を分類ごとに見る",
        .handle = words_base_show,
    },
    {
        .name = "words.history",
        .method = HTTP_GET,
        .path = "/api/v1/words/history",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &history_shape,
        .summary_ja = "言葉の一覧をだれがいつどう変えたかを見る",
        .handle = words_history,
    },
    {
        .name = "words.try",
        .method = HTTP_POST,
        .path = "/api/v1/words/try",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .input = &try_shape,
        .output = &try_view_shape,
        .summary_ja = "文をためして、何がなぜ隠れるかを見る",
        .handle = words_try,
    },
};
