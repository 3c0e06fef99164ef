/* The supervisor's table: what it reads, and that it refuses everything else with its line. */
#include <signal.h>
#include <stdio.h>

#include "ops/supervise/supervise.h"
#include "ops/supervise/table.h"
#include "tests/t.h"

#define HEAD "log /var/log/x\nstate /run/x\n"
#define GOOD "program node ibd-1 30 always notify swap TERM 15 /opt/node -c /etc/node.conf\n"

static void refuses(const char *what, struct span text, const char *place)
{
    struct sup_table *table = NULL;
    struct fail why = {0};

    T_EQ(sup_table_create(text, &table, &why), ERR_INVALID, what);
    T_OK(table == NULL, what);
    T_OK(strstr(why.text, place) != NULL, what);
    if (strstr(why.text, place) == NULL)
        T_TEXT(why.text, place, "the defect's place");
}

T_CASE(supervise_table_reads_every_column)
{
    static const char text[] =
        "# a node\n\n" HEAD "env A=b\nenv TZ=Asia/Tokyo\n"
        "program postgres ibd-1 10 always connect:/run/x/pg - INT 20 /usr/bin/postgres -D /x\n"
        "program  front\tibd-f 40 never none USR2 USR1 5 /usr/sbin/haproxy\n" GOOD;
    struct sup_table *table = NULL;
    const struct sup_program *p = NULL;

    T_EQ(sup_table_create(span_text(text), &table, NULL), ERR_OK, "a whole table");
    if (table == NULL)
        return;
    T_TEXT(table->log_dir, "/var/log/x", "log");
    T_TEXT(table->state, "/run/x", "state");
    T_EQ(table->n_env, 2, "env lines");
    T_TEXT(table->env[1], "TZ=Asia/Tokyo", "env");
    T_OK(table->env[2] == NULL, "env ends with NULL");
    T_EQ(table->n_programs, 3, "programs");
    p = &table->programs[0];
    T_TEXT(p->name, "postgres", "name");
    T_TEXT(p->user, "ibd-1", "user");
    T_EQ(p->order, 10, "order");
    T_OK(p->is_restarted, "always");
    T_EQ(p->ready, SUP_READY_CONNECT, "connect:");
    T_TEXT(p->ready_path, "/run/x/pg", "ready path");
    T_EQ(p->renew, SUP_RENEW_NONE, "renew -");
    T_EQ(p->stop_signal, SIGINT, "stop signal");
    T_EQ(p->stop_s, 20, "stop seconds");
    T_TEXT(p->argv[0], "/usr/bin/postgres", "command");
    T_TEXT(p->argv[2], "/x", "last word");
    T_OK(p->argv[3] == NULL, "argv ends with NULL");
    p = &table->programs[1];
    T_OK(!p->is_restarted, "never");
    T_EQ(p->ready, SUP_READY_NONE, "none");
    T_EQ(p->renew, SUP_RENEW_SIGNAL, "renew by signal");
    T_EQ(p->renew_signal, SIGUSR2, "renew signal");
    T_EQ(table->programs[2].renew, SUP_RENEW_SWAP, "swap");
    sup_table_destroy(&table);
    T_OK(table == NULL, "destroy leaves NULL");
}

T_CASE(supervise_table_user_dash_keeps_the_supervisors_own)
{
    struct sup_table *table = NULL;

    T_EQ(sup_table_create(SPAN(HEAD "program a - 1 never none - TERM 1 /bin/true"), &table,
                          NULL),
         ERR_OK, "no newline at the end, user -");
    if (table != NULL)
        T_OK(table->programs[0].user == NULL, "user NULL");
    sup_table_destroy(&table);
    sup_table_destroy(&table);
}

#define ROW(columns) HEAD "program " columns "\n"

T_CASE(supervise_table_refuses_with_the_line)
{
    const struct {
        const char *what;
        struct span text;
        const char *place;
    } rows[] = {
        {"nothing at all", SPAN(""), "line 0"},
        {"no program", SPAN(HEAD), "line 0"},
        {"no log", SPAN("state /run/x\n" GOOD), "line 0"},
        {"no state", SPAN("log /x\n" GOOD), "line 0"},
        {"an unknown word", SPAN(HEAD "chroot /x\n" GOOD), "line 3"},
        {"log twice", SPAN(HEAD "log /y\n" GOOD), "line 3"},
        {"state twice", SPAN(HEAD "state /y\n" GOOD), "line 3"},
        {"a relative log", SPAN("log x\nstate /run/x\n" GOOD), "line 1"},
        {"log with two words", SPAN("log /x /y\nstate /run/x\n" GOOD), "line 1"},
        {"env without =", SPAN(HEAD "env A\n" GOOD), "line 3"},
        {"env without a name", SPAN(HEAD "env =b\n" GOOD), "line 3"},
        {"a NUL", SPAN(HEAD "\0" GOOD), "line 3"},
        {"a control character", SPAN(HEAD GOOD "\x1b[2J"), "line 4"},
        {"a byte over ASCII", SPAN(HEAD GOOD "\xe3\x81\x82"), "line 4"},
        {"a carriage return", SPAN("log /x\r\nstate /run/x\n" GOOD), "line 1"},
        {"no command", SPAN(ROW("a - 1 never none - TERM 1")), "line 3"},
        {"a relative command", SPAN(ROW("a - 1 never none - TERM 1 true")), "line 3"},
        {"a name with a slash", SPAN(ROW("../a - 1 never none - TERM 1 /x")), "line 3"},
        {"a name with a capital", SPAN(ROW("A - 1 never none - TERM 1 /x")), "line 3"},
        {"a name too long",
         SPAN(ROW("a1234567890123456789012345678901 - 1 never none - TERM 1 /x")), "line 3"},
        {"a name twice", SPAN(HEAD GOOD GOOD), "line 4"},
        {"a user like an option", SPAN(ROW("a -x 1 never none - TERM 1 /x")), "line 3"},
        {"order 0", SPAN(ROW("a - 0 never none - TERM 1 /x")), "line 3"},
        {"order 100", SPAN(ROW("a - 100 never none - TERM 1 /x")), "line 3"},
        {"order with a sign", SPAN(ROW("a - +1 never none - TERM 1 /x")), "line 3"},
        {"order with a tail", SPAN(ROW("a - 1x never none - TERM 1 /x")), "line 3"},
        {"order beyond int", SPAN(ROW("a - 99999999999999999999 never none - TERM 1 /x")),
         "line 3"},
        {"restart sometimes", SPAN(ROW("a - 1 sometimes none - TERM 1 /x")), "line 3"},
        {"ready soon", SPAN(ROW("a - 1 never soon - TERM 1 /x")), "line 3"},
        {"connect nowhere", SPAN(ROW("a - 1 never connect: - TERM 1 /x")), "line 3"},
        {"swap without a word of readiness", SPAN(ROW("a - 1 always none swap TERM 1 /x")),
         "line 3"},
        {"renew by KILL", SPAN(ROW("a - 1 always none KILL TERM 1 /x")), "line 3"},
        {"stop by KILL", SPAN(ROW("a - 1 always none - KILL 1 /x")), "line 3"},
        {"stop in 0 s", SPAN(ROW("a - 1 always none - TERM 0 /x")), "line 3"},
        {"stop in 601 s", SPAN(ROW("a - 1 always none - TERM 601 /x")), "line 3"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        refuses(rows[i].what, rows[i].text, rows[i].place);
}

T_CASE(supervise_table_has_bounds)
{
    static char text[SUP_TEXT_MAX + 64];
    struct sup_table *table = NULL;
    size_t len = 0;

    len = (size_t)snprintf(text, sizeof text, "%s", HEAD);
    for (int i = 0; i <= SUP_PROGRAMS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "program p%d - 1 never none - TERM 1 /x\n", i);
    refuses("one program too many", span_of(text, len), "line 19");

    len =
        (size_t)snprintf(text, sizeof text, "%s", HEAD "program a - 1 never none - TERM 1 /x");
    for (int i = 0; i < SUP_WORDS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " w");
    refuses("one word too many", span_of(text, len), "line 3");

    len = (size_t)snprintf(text, sizeof text, "%s", HEAD);
    for (int i = 0; i <= SUP_ENV_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "env A%d=1\n", i);
    refuses("one env too many", span_of(text, len), "line 19");

    memset(text, '#', sizeof text);
    T_EQ(sup_table_create(span_of(text, SUP_TEXT_MAX + 1), &table, NULL), ERR_TOO_LARGE,
         "a text too long");
    T_OK(table == NULL, "nothing is made");
}

T_CASE(supervise_table_load_says_what_file_is_missing)
{
    struct sup_table *table = NULL;
    struct fail why = {0};

    T_EQ(sup_table_load("/nonexistent/table", &table, &why), ERR_IO, "a missing file");
    T_OK(strstr(why.text, "/nonexistent/table") != NULL, "its path is in the text");
}

T_CASE(supervise_backoff_is_nothing_once_then_doubles_to_ten_seconds)
{
    static const int want_ms[] = {0, 0, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};

    for (int i = 0; i < (int)T_COUNT(want_ms); i++)
        T_EQ(supervise_backoff_ms(i), want_ms[i], "wait after the n-th quick death");
    T_EQ(supervise_backoff_ms(100000), 10000, "never more");
}
