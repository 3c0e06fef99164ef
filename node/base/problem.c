#include "node/base/problem.h"

#include "node/base/utf.h"

static const struct jx_field error_fields[] = {
    {.name = "pointer", .type = JX_TEXT, .offset = offsetof(struct problem_error, pointer)},
    {.name = "rule", .type = JX_TEXT, .offset = offsetof(struct problem_error, rule)},
    {.name = "text", .type = JX_TEXT, .offset = offsetof(struct problem_error, text)},
};
static const struct jx_shape error_shape =
    JX_SHAPE("ProblemError", struct problem_error, error_fields);

static const struct jx_field fields[] = {
    {.name = "type", .type = JX_TEXT, .offset = offsetof(struct problem, type)},
    {.name = "title", .type = JX_TEXT, .offset = offsetof(struct problem, title)},
    {.name = "status", .type = JX_INT, .offset = offsetof(struct problem, status)},
    {.name = "code", .type = JX_TEXT, .offset = offsetof(struct problem, code)},
    {.name = "errors",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &error_shape,
     .offset = offsetof(struct problem, errors),
     .has_offset = offsetof(struct problem, has_errors)},
};
const struct jx_shape problem_shape = JX_SHAPE("Problem", struct problem, fields);

#define NOT_FOUND_JA "見つかりませんでした。前の画面にもどって、もう一度えらんでください。"
#define NO_MEMORY_JA "いま余裕がありません。少し待って、もう一度ためしてください。"

static const char conflict_ja[] =
    "ほかの人が先に変えたか、同じものがすでにあるため、保存していません。"
    "画面を開き直して、内容を確かめてください。";
static const char uncertain_ja[] =
    "保存できたかどうかを確かめられませんでした。画面を開き直して、結果を確かめてください。";

static const char *const titles_ja[ERR_N] = {
    [ERR_OK] = "できました。",
    [ERR_INVALID] =
        "直すところがあり、保存していません。書かれた項目を直して、もう一度送ってください。",
    [ERR_DENIED] = NOT_FOUND_JA,
    [ERR_NOT_FOUND] = NOT_FOUND_JA,
    [ERR_CONFLICT] = conflict_ja,
    [ERR_TOO_LARGE] = "送られたデータが大きすぎます。短くするか、分けて送ってください。",
    [ERR_BUSY] = "いま混みあっています。少し待って、もう一度ためしてください。",
    [ERR_RATE] = "回数が多すぎます。しばらく待ってから、もう一度ためしてください。",
    [ERR_LOCKED] = "鍵がまだ開いていません。管理者が鍵を開けると使えるようになります。",
    [ERR_NOSPACE] = "保存する場所が足りないため、保存していません。管理者に知らせてください。",
    [ERR_TIMEOUT] = "時間内に終わりませんでした。少し待って、もう一度ためしてください。",
    [ERR_UNAVAILABLE] = "いま使えません。少し待って、もう一度ためしてください。",
    [ERR_UNCERTAIN] = uncertain_ja,
    [ERR_PROTO] =
        "送られた内容の形が正しくありません。画面を開き直して、もう一度ためしてください。",
    [ERR_IO] = "読み書きができませんでした。くり返すときは、管理者に知らせてください。",
    [ERR_NOMEM] = NO_MEMORY_JA,
    [ERR_INTERNAL] =
        "こちらの不具合で、できませんでした。くり返すときは、管理者に知らせてください。",
};

const char *problem_title_ja(enum err code)
{
    return titles_ja[code];
}

struct span problem_no_memory(void)
{
    return SPAN("{\"type\":\"urn:ibasho:error:no-memory\",\"title\":\"" NO_MEMORY_JA
                "\",\"status\":503,\"code\":\"no-memory\"}");
}

static bool is_hidden(enum err code)
{
    return code == ERR_DENIED || code == ERR_NOT_FOUND;
}

enum err problem_write(enum err code, const struct jx_defects *defects, struct arena *arena,
                       struct span *text_out, struct fail *why)
{
    size_t n = defects == NULL || is_hidden(code) ? 0 : defects->n;
    const char *type = arena_printf(arena, "urn:ibasho:error:%s", err_code(code));
    struct problem_error *errors = arena_alloc(arena, n * sizeof *errors + 1);
    struct problem problem = {
        .type = span_text(type),
        .title = span_text(titles_ja[code]),
        .status = err_http_status(code),
        .code = span_text(err_code(code)),
        .has_errors = n > 0,
        .errors = {errors, n},
    };

    *text_out = SPAN_NONE;
    if (type == NULL || errors == NULL)
        return fail_set(why, ERR_NOMEM, "a problem with %zu errors", n);
    for (size_t i = 0; i < n; i++)
        errors[i] = (struct problem_error){
            defects->at[i].pointer, span_text(defects->at[i].rule), defects->at[i].text_ja};
    return jx_write(&problem_shape, &problem, arena, text_out, why);
}

static const struct jx_field *find(const struct jx_shape *shape, struct span name)
{
    for (size_t i = 0; i < shape->n_fields; i++)
        if (span_eq(name, span_text(shape->fields[i].name)))
            return &shape->fields[i];
    return NULL;
}

/* How the shape names what a pointer like "/items/3/name" leads to; NULL when it does not know.
 */
static const char *title_at(const struct jx_shape *shape, const char *pointer)
{
    const struct jx_field *field = NULL;

    while (*pointer == '/' && shape != NULL) {
        size_t len = strcspn(++pointer, "/");

        /* Inside a list the name follows the index. */
        if (field == NULL || field->type != JX_LIST || strspn(pointer, "0123456789") != len) {
            field = find(shape, span_of(pointer, len));
            if (field == NULL)
                return NULL;
            shape = field->shape;
        }
        pointer += len;
    }
    return field == NULL || *pointer != '\0' ? NULL : field->title_ja;
}

static const char *field_sentence(enum err code)
{
    if (code == ERR_CONFLICT)
        return "は、ほかの人が先に変えたか、すでに使われています。";
    if (code == ERR_TOO_LARGE)
        return "が大きすぎます。";
    return "が決まりに合いません。直して、もう一度送ってください。";
}

enum err problem_write_fail(const struct fail *fail, const struct jx_shape *input,
                            struct arena *arena, struct span *text_out, struct fail *why)
{
    bool can_mend =
        fail->code == ERR_INVALID || fail->code == ERR_CONFLICT || fail->code == ERR_TOO_LARGE;
    struct jx_defects defects = {0};
    const char *pointer, *title;
    enum err rc;

    *text_out = SPAN_NONE;
    if (!can_mend || fail->field[0] == '\0')
        return problem_write(fail->code, NULL, arena, text_out, why);
    /* The field's room may have cut a long name inside a character. */
    pointer = arena_printf(arena, "%s%.*s", fail->field[0] == '/' ? "" : "/",
                           (int)utf_valid_len(span_text(fail->field)), fail->field);
    if (pointer == NULL)
        return fail_set(why, ERR_NOMEM, "a pointer");
    title = title_at(input, pointer);
    rc = jx_defect_add(&defects, arena, pointer, err_code(fail->code), "「%s」%s",
                       title != NULL ? title : strrchr(pointer, '/') + 1,
                       field_sentence(fail->code));
    if (rc != ERR_OK)
        return fail_set(why, rc, "a defect");
    return problem_write(fail->code, &defects, arena, text_out, why);
}
