/* node/db/rows_check.h: every rule has a row that breaks it, and the build then stops. */
#include <stdio.h>

#include "node/db/rows_check.h"
#include "tests/t.h"

static char told[4096];

static void keep(const char *text, void *arg)
{
    (void)arg;
    strncat(told, text, sizeof told - 1 - strlen(told));
    strncat(told, "\n", sizeof told - 1 - strlen(told));
}

static int check(const struct rows_given *given, const char *sql)
{
    struct schema schema = {NULL};
    struct arena *arena = NULL;
    int n;

    told[0] = '\0';
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(schema_read(&schema, span_text(sql), arena, NULL), ERR_OK, sql);
    n = rows_check(given, &schema, keep, NULL);
    arena_destroy(&arena);
    return n;
}

/* One defect, which says so. */
static void expect(const char *what, int n, const char *says)
{
    T_EQ(n, 1, what);
    if (strstr(told, says) == NULL)
        t_check(false, __FILE__, __LINE__, what, "told %s", told);
}

/* ---- tables ---- */

#define SQL \
    "CREATE TABLE pet (id uuid, owner uuid, seen_by uuid, name_sealed bytea, at timestamptz)"

static const struct data_column pet_columns[] = {
    {"id", "番号", false},         {"owner", "飼い主", false}, {"seen_by", "見た人", false},
    {"name_sealed", "名前", true}, {"at", "日時", false},      {NULL, NULL, false},
};
static const struct data_table pet = {
    .name = "pet",
    .meaning_ja = "あ",
    .purpose_ja = "い",
    .ground_ja = "う",
    .purpose_en = "e",
    .retention_days = 30,
    .retention_column = "at",
    .key_of = KEY_OF_SUBJECT,
    .person_column = "owner",
    .mention_columns = "seen_by,id",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_ROWS,
    .columns = pet_columns,
};

static int check_pet(const struct data_table *table, const char *sql)
{
    const struct data_table_list list[] = {{table, 1}, {NULL, 0}};
    struct rows_given given = {.tables = list};

    return check(&given, sql);
}

T_CASE(rows_check_passes_a_good_table)
{
    T_EQ(check_pet(&pet, SQL), 0, told);
    T_EQ(check(&(struct rows_given){.tables = NULL}, ""), 0, "nothing at all");
}

T_CASE(rows_check_table_and_schema_must_agree)
{
    static const struct data_column twice[] = {
        {"id", "番号", false}, {"id", "番号", false}, {NULL, NULL, false}};
    struct data_table t = pet;
    const struct data_table two[] = {pet, pet};
    const struct data_table_list doubled[] = {{two, 2}, {NULL, 0}};

    expect("a table without its row", check(&(struct rows_given){.tables = NULL}, SQL),
           "pet: a migration makes it, but it has no row");
    expect("a row without its table", check_pet(&pet, ""), "no migration makes it");
    expect("two rows", check(&(struct rows_given){.tables = doubled}, SQL), "pet: two rows");
    expect("a column without its row",
           check_pet(&pet, SQL "; ALTER TABLE pet ADD COLUMN colour text"),
           "column colour has no row");
    T_OK(check_pet(&pet, "CREATE TABLE pet (id uuid, owner uuid, seen_by uuid, name_sealed"
                         " bytea)") > 0 &&
             strstr(told, "column at, the migrations make none") != NULL,
         "a row without its column");
    t.columns = NULL;
    expect("no columns at all", check_pet(&t, SQL), "its columns have none");
    t = (struct data_table){.name = "a",
                            .meaning_ja = "あ",
                            .purpose_ja = "い",
                            .ground_ja = "う",
                            .purpose_en = "e",
                            .columns = twice,
                            .erase_person = ERASE_NOT_OF_A_PERSON};
    expect("a column twice", check_pet(&t, "CREATE TABLE a (id uuid)"), "id has two rows");
}

T_CASE(rows_check_nothing_is_named_after_a_tenant)
{
    static const struct data_column columns[] = {{"tenant_id", "番号", false},
                                                 {NULL, NULL, false}};
    struct data_table t = {.name = "a",
                           .meaning_ja = "あ",
                           .purpose_ja = "い",
                           .ground_ja = "う",
                           .purpose_en = "e",
                           .columns = columns,
                           .erase_person = ERASE_NOT_OF_A_PERSON};

    T_REQ("CARD-1");
    expect("a column", check_pet(&t, "CREATE TABLE a (tenant_id uuid)"), "not a tenant");
    T_EQ(check(&(struct rows_given){.tables = NULL}, "CREATE TABLE tenants (id uuid)"), 2,
         "a table: it lacks its row, too");
    T_OK(strstr(told, "tenants: a municipality is its own cluster") != NULL, told);
}

T_CASE(rows_check_sealed_columns)
{
    static const struct data_column not_named[] = {{"name", "名前", true}, {NULL, NULL, false}};
    static const struct data_column not_sealed[] = {{"name_sealed", "名前", false},
                                                    {NULL, NULL, false}};
    static const struct data_column plain[] = {{"name", "名前", false}, {NULL, NULL, false}};
    struct data_table t = {.name = "a",
                           .meaning_ja = "あ",
                           .purpose_ja = "い",
                           .ground_ja = "う",
                           .purpose_en = "e",
                           .key_of = KEY_OF_RECORD,
                           .hand_back = HAND_BACK_NOTHING,
                           .erase_person = ERASE_NOT_OF_A_PERSON,
                           .columns = not_named};
    struct data_table p = pet;

    expect("sealed without the suffix", check_pet(&t, "CREATE TABLE a (name bytea)"),
           "name is sealed by its row, but its name says otherwise");
    t.columns = not_sealed;
    t.key_of = KEY_OF_NONE;
    expect("the suffix without sealed", check_pet(&t, "CREATE TABLE a (name_sealed bytea)"),
           "name_sealed is not sealed by its row");
    t.columns = plain;
    t.key_of = KEY_OF_RECORD;
    expect("a key for nothing", check_pet(&t, "CREATE TABLE a (name text)"),
           "a key, but no sealed column");
    p.key_of = KEY_OF_NONE;
    expect("sealed under nobody's key", check_pet(&p, SQL), "under nobody's key");
    expect("sealed, but text",
           check_pet(&pet, SQL "; ALTER TABLE pet ALTER COLUMN name_sealed TYPE text"),
           "sealed column name_sealed is text, not bytea");
}

T_CASE(rows_check_how_columns_are_handed_back)
{
    static const struct data_column columns[] = {{"id", "番号", false},
                                                 {"mark", "しるし", false},
                                                 {"name_sealed", "名前", true},
                                                 {NULL, NULL, false}};
    static const char sql[] = "CREATE TABLE pet (id uuid, mark bytea, name_sealed bytea)";
    static const struct hand_rule plain[] = {{"mark", HAND_PLAIN, NULL},
                                             {NULL, HAND_PLAIN, NULL}};
    static const struct hand_rule gone[] = {
        {"mark", HAND_PLAIN, NULL}, {"gone", HAND_SECRET, NULL}, {NULL, HAND_PLAIN, NULL}};
    static const struct hand_rule twice[] = {
        {"mark", HAND_PLAIN, NULL}, {"mark", HAND_SECRET, NULL}, {NULL, HAND_PLAIN, NULL}};
    static const struct hand_rule of_nothing[] = {{"mark", HAND_INDEX, NULL},
                                                  {NULL, HAND_PLAIN, NULL}};
    static const struct hand_rule sealed[] = {{"mark", HAND_PLAIN, NULL},
                                              {"name_sealed", HAND_PLAIN, NULL},
                                              {NULL, HAND_PLAIN, NULL}};
    struct data_table t = pet;

    T_REQ("KP-3-調達-4");
    t.columns = columns;
    t.person_column = "id";
    t.mention_columns = NULL;
    t.retention_column = NULL;
    t.retention_days = 0;
    t.hand_rules = plain;
    T_EQ(check_pet(&t, sql), 0, told);
    t.seal_row_column = "mark";
    expect("sealed to bytes", check_pet(&t, sql), "seal row column mark is no uuid");
    t.seal_row_column = NULL;
    t.hand_rules = NULL;
    expect("bytes nobody decided upon", check_pet(&t, sql), "bytes of column mark");
    t.hand_back = HAND_BACK_NOTHING;
    T_EQ(check_pet(&t, sql), 0, "that stays here as a whole");
    t.hand_rules = plain;
    expect("rules of what stays here", check_pet(&t, sql), "not handed back");
    t.hand_back = HAND_BACK_NDJSON;
    t.hand_rules = gone;
    expect("a rule of no column", check_pet(&t, sql), "hand rule gone is no column");
    t.hand_rules = twice;
    expect("two rules", check_pet(&t, sql), "mark has two hand rules");
    t.hand_rules = of_nothing;
    expect("an index of nothing", check_pet(&t, sql), "an index says of what");
    t.hand_rules = sealed;
    expect("sealed as it is", check_pet(&t, sql), "name_sealed is neither");
}

T_CASE(rows_check_terms_and_persons)
{
    struct data_table t = pet;

    T_REQ("KP-3-安全-3, KP-3-調達-3a, AI-7.2-1");
    t.retention_column = NULL;
    expect("a term from nowhere", check_pet(&t, SQL), "a term without a column");
    t = pet;
    t.retention_column = "id";
    expect("a term from a uuid", check_pet(&t, SQL), "retention column id is no timestamptz");
    t = pet;
    t.retention_column = "gone";
    expect("a term from no column", check_pet(&t, SQL), "retention column gone");
    t = pet;
    t.retention_days = -1;
    expect("a negative term", check_pet(&t, SQL), "a term of -1 days");
    t = pet;
    t.person_column = "gone";
    expect("no such person column", check_pet(&t, SQL), "person column gone");
    t = pet;
    t.mention_columns = "seen_by,gone";
    expect("no such mention column", check_pet(&t, SQL), "mention column gone");
    t = pet;
    t.person_column = NULL;
    expect("rows of nobody", check_pet(&t, SQL), "ERASE_ROWS needs a person column");
    t = pet;
    t.erase_person = ERASE_NOT_OF_A_PERSON;
    expect("of a person after all", check_pet(&t, SQL), "of a person, but");
}

T_CASE(rows_check_table_texts)
{
    static const struct {
        const char *what;
        size_t offset;
    } texts[] = {
        {"meaning_ja", offsetof(struct data_table, meaning_ja)},
        {"purpose_ja", offsetof(struct data_table, purpose_ja)},
        {"ground_ja", offsetof(struct data_table, ground_ja)},
        {"purpose_en", offsetof(struct data_table, purpose_en)},
    };
    struct data_column columns[T_COUNT(pet_columns)];

    for (size_t i = 0; i < T_COUNT(texts); i++) {
        struct data_table t = pet;
        const char *empty = i % 2 == 0 ? NULL : "";

        memcpy((char *)&t + texts[i].offset, &empty, sizeof empty);
        expect("a text is missing", check_pet(&t, SQL), texts[i].what);
    }
    memcpy(columns, pet_columns, sizeof columns);
    columns[1].meaning_ja = NULL;
    {
        struct data_table t = pet;

        t.columns = columns;
        expect("a column's meaning", check_pet(&t, SQL), "column owner has no meaning_ja");
    }
}

/* ---- routes and commands ---- */

static void handle(struct req *req)
{
    (void)req;
}

static void handle_call(struct command_call *call)
{
    (void)call;
}

static const struct jx_shape shape = {.name = "Shape"};
static const struct route good_route = {
    .name = "pet.find",
    .method = HTTP_GET,
    .path = "/api/v1/pets/{id}",
    .listeners = LISTENER_PUBLIC,
    .roles = ROLE_BIT(ROLE_STUDENT),
    .summary_ja = "読む",
    .handle = handle,
};

static int check_routes(const struct route *a, const struct route *b)
{
    const struct route first[] = {*a}, second[] = {*b};
    const struct route_table tables[] = {{first, 1}, {second, 1}, {NULL, 0}};

    return check(&(struct rows_given){.routes = tables}, "");
}

static int check_route(const struct route *a)
{
    const struct route_table tables[] = {{a, 1}, {NULL, 0}};

    return check(&(struct rows_given){.routes = tables}, "");
}

T_CASE(rows_check_one_route)
{
    struct route r = good_route;

    T_REQ("NI-T3-7");
    T_EQ(check_route(&r), 0, told);
    r.roles = 0;
    expect("no role", check_route(&r), "open to no role");
    r = good_route;
    r.roles = 1u << 30;
    expect("a role of no register", check_route(&r), "a role that does not exist");
    r = good_route;
    r.listeners = 0;
    expect("no listener", check_route(&r), "on no listener");
    r = good_route;
    r.input = &shape;
    expect("GET with input", check_route(&r), "GET takes no input");
    r.method = HTTP_POST;
    T_EQ(check_route(&r), 0, "POST may");
    r = good_route;
    r.path = "api";
    expect("a path from nowhere", check_route(&r), "begin at the root");
    r.path = NULL;
    expect("no path", check_route(&r), "begin at the root");
    r = good_route;
    r.handle = NULL;
    expect("no handler", check_route(&r), "no handler");
    r = good_route;
    r.summary_ja = "";
    expect("no summary", check_route(&r), "summary_ja");
}

T_CASE(rows_check_two_routes)
{
    struct route r = good_route;

    expect("one name", (r.path = "/other", check_routes(&good_route, &r)), "stands twice");
    r = good_route;
    r.name = "pet.find2";
    expect("one path", check_routes(&good_route, &r), "one method, path and listener");
    r.path = "/api/v1/pets/{name}";
    expect("one shape", check_routes(&good_route, &r), "pet.find and pet.find2");
    r.listeners = LISTENER_PUBLIC | LISTENER_ADMIN;
    expect("one of its listeners", check_routes(&good_route, &r), "one method");
    r.listeners = LISTENER_OFFICE;
    T_EQ(check_routes(&good_route, &r), 0, "another listener");
    r.listeners = LISTENER_PUBLIC;
    r.method = HTTP_DELETE;
    T_EQ(check_routes(&good_route, &r), 0, "another method");
    r.method = HTTP_GET;
    r.path = "/api/v1/pets/{id}/name";
    T_EQ(check_routes(&good_route, &r), 0, "a longer path");
}

static const struct command good_command = {.name = "pet.walk",
                                            .roles = ROLE_BIT(ROLE_STUDENT),
                                            .summary_ja = "歩く",
                                            .handle = handle_call};

static int check_commands(const struct command *a, const struct command *b)
{
    const struct command rows[] = {*a, *b};
    const struct command_table tables[] = {{rows, 2}, {NULL, 0}};

    return check(&(struct rows_given){.commands = tables}, "");
}

T_CASE(rows_check_commands)
{
    struct command c = good_command;

    expect("one name", check_commands(&good_command, &c), "pet.walk: the name stands twice");
    c.name = "pet.sit";
    T_EQ(check_commands(&good_command, &c), 0, told);
    c.roles = 0;
    expect("no role", check_commands(&good_command, &c), "pet.sit: open to no role");
    c.roles = good_command.roles;
    c.handle = NULL;
    expect("no handler", check_commands(&good_command, &c), "no handler");
    c.handle = handle_call;
    c.summary_ja = NULL;
    expect("no summary", check_commands(&good_command, &c), "summary_ja");
    c = good_command;
    c.name = "pet.Sit";
    expect("a letter no client may write", check_commands(&good_command, &c), "letters");
    c.name = "pet.sit_down_and_stay_there_until_";
    expect("a long name", check_commands(&good_command, &c), "letters");
    c.name = "pet.stick";
    c.code = 1;
    expect("a code without a length", check_commands(&good_command, &c), "without a length");
    c.n_bytes = 3;
    T_EQ(check_commands(&good_command, &c), 0, told);
    c.n_bytes_most = 3;
    expect("a longest that is none", check_commands(&good_command, &c), "no longer than");
    c.n_bytes_most = 9;
    T_EQ(check_commands(&good_command, &c), 0, told);
    c.audit = AUDIT_READ;
    expect("a binary one with a record", check_commands(&good_command, &c), "binary");
    c.audit = AUDIT_NONE;
    {
        struct command d = c;

        d.name = "pet.stack";
        expect("one code", check_commands(&c, &d), "the code 1 stands twice");
    }
}

static int check_events(const struct live_event *a, const struct live_event *b)
{
    const struct live_event rows[] = {*a, *b};
    const struct live_event_table tables[] = {{rows, 2}, {NULL, 0}};

    return check(&(struct rows_given){.events = tables}, "");
}

T_CASE(rows_check_events)
{
    const struct live_event good = {"pet.came", NULL, "来た"};
    struct live_event e = good;

    expect("one name", check_events(&good, &e), "pet.came: the name stands twice");
    e.name = "pet.left";
    T_EQ(check_events(&good, &e), 0, told);
    e.name = "pet left";
    expect("its form", check_events(&good, &e), "letters");
    e.name = "pet.left";
    e.summary_ja = "";
    expect("no summary", check_events(&good, &e), "summary_ja");
}

/* ---- statements, settings, jobs ---- */

T_CASE(rows_check_statements)
{
    static const struct {
        const char *sql, *says; /* NULL: no defect */
    } rows[] = {
        {"SELECT 1", NULL},
        {"SELECT $1::uuid, $2::text, $1", NULL},
        {"SELECT $1", "$1 is not cast where it first stands"},
        {"SELECT $1, $1::uuid", "$1 is not cast where it first stands"},
        {"SELECT $2::uuid", "leave a number out"},
        {"SELECT $33::uuid", "parameter $33 of 1..32"},
        {"SELECT 'a$b', $$text$$", NULL},
        {NULL, "sql is missing"},
    };
    static const struct stmt a = {"a", "SELECT 1"}, b = {"a", "SELECT 2"};
    static const struct stmt *const both[] = {&a, &b};
    static const struct stmt_table twice[] = {{both, 2}, {NULL, 0}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct stmt stmt = {"a", rows[i].sql};
        const struct stmt *const list[] = {&stmt};
        const struct stmt_table tables[] = {{list, 1}, {NULL, 0}};
        const struct rows_given given = {.stmts = tables};

        if (rows[i].says == NULL)
            T_EQ(check(&given, ""), 0, told);
        else
            expect(rows[i].says, check(&given, ""), rows[i].says);
    }
    expect("one name", check(&(struct rows_given){.stmts = twice}, ""), "stands twice");
}

static const struct setting good_setting = {
    .name = "pet.minutes",
    .type = SETTING_INT,
    .least = 1,
    .most = 60,
    .unit = "分",
    .initial = "30",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-2.3.4-2a",
    .title_ja = "散歩の長さ",
    .title_en = "length of a walk",
    .help_ja = "一回の散歩の長さです。",
};

static int check_settings(const struct setting *a, const struct setting *b)
{
    const struct setting *const rows[] = {a, b};
    const struct setting_table tables[] = {{rows, b == NULL ? 1 : 2}, {NULL, 0}};

    return check(&(struct rows_given){.settings = tables}, "");
}

T_CASE(rows_check_settings)
{
    static const struct {
        const char *what, *says; /* NULL: no defect */
        enum setting_type type;
        int64_t least, most;
        const char *choices, *initial;
    } rows[] = {
        {"an int", NULL, SETTING_INT, 1, 60, NULL, "60"},
        {"over most", "breaks its own rule", SETTING_INT, 1, 60, NULL, "61"},
        {"under least", "breaks its own rule", SETTING_INT, 1, 60, NULL, "0"},
        {"no number", "breaks its own rule", SETTING_INT, 1, 60, NULL, "ten"},
        {"no default", "breaks its own rule", SETTING_INT, 1, 60, NULL, NULL},
        {"least over most", "least is over most", SETTING_BOOL, 60, 1, NULL, "true"},
        {"a bool", NULL, SETTING_BOOL, 0, 0, NULL, "true"},
        {"no bool", "breaks its own rule", SETTING_BOOL, 0, 0, NULL, "yes"},
        {"a choice", NULL, SETTING_ENUM, 0, 0, "a|b", "b"},
        {"no choice of it", "breaks its own rule", SETTING_ENUM, 0, 0, "a|b", "c"},
        {"no choices", "no choices", SETTING_ENUM, 0, 0, NULL, "a"},
        {"a text", NULL, SETTING_TEXT, 0, 3, NULL, "あおぞ"},
        {"too long", "breaks its own rule", SETTING_TEXT, 0, 3, NULL, "あおぞら"},
        {"a time", NULL, SETTING_TIME, 0, 0, NULL, "23:59"},
        {"no time", "breaks its own rule", SETTING_TIME, 0, 0, NULL, "24:00"},
    };
    struct setting s = good_setting;

    T_REQ("HI-3.3-9");
    T_EQ(check_settings(&s, NULL), 0, told);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        s = good_setting;
        s.type = rows[i].type;
        s.least = rows[i].least;
        s.most = rows[i].most;
        s.choices = rows[i].choices;
        s.initial = rows[i].initial;
        if (rows[i].says == NULL)
            T_EQ(check_settings(&s, NULL), 0, rows[i].what);
        else
            expect(rows[i].what, check_settings(&s, NULL), rows[i].says);
    }
    s = good_setting;
    expect("one name", check_settings(&good_setting, &s), "stands twice");
    s.roles = 0;
    expect("changed by nobody", check_settings(&s, NULL), "changed by no role");
    s.roles = ROLES_EVERYONE;
    expect("changed by anybody", check_settings(&s, NULL), "by one that must not");
    s = good_setting;
    s.requirement = NULL;
    expect("for no requirement", check_settings(&s, NULL), "requirement is missing");
    s = good_setting;
    s.help_ja = "";
    expect("no help", check_settings(&s, NULL), "help_ja is missing");
}

static enum err run_job(struct job_call *call, struct fail *why)
{
    (void)call;
    return fail_set(why, ERR_INTERNAL, "never run");
}

static const struct job_kind good_job = {
    .name = "pet.feed", .run = run_job, .n_tries_cap = 3, .lease_s = 60};

static int check_jobs(const struct job_kind *a, const struct job_kind *b)
{
    const struct job_kind rows[] = {*a, *b};
    const struct job_table tables[] = {{rows, 2}, {NULL, 0}};

    return check(&(struct rows_given){.jobs = tables}, "");
}

T_CASE(rows_check_jobs)
{
    struct job_kind j = good_job;

    expect("one name", check_jobs(&good_job, &j), "pet.feed: the name stands twice");
    j.name = "pet.wash";
    T_EQ(check_jobs(&good_job, &j), 0, told);
    j.run = NULL;
    expect("no run", check_jobs(&good_job, &j), "needs a run, tries and a lease");
    j.run = run_job;
    j.n_tries_cap = 0;
    expect("no tries", check_jobs(&good_job, &j), "pet.wash");
    j.n_tries_cap = 1;
    j.lease_s = 0;
    expect("no lease", check_jobs(&good_job, &j), "pet.wash");
}
