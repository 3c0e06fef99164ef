/* `ibasho leave ...`: the operator's part of a contract's end. Up to the order it asks the
 * running node; after it, `leave run` carries the order out, step by step, each in the journal
 * before the next. Cut off anywhere, it goes on where it was. */
#include "ops/cli/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/node_conf.h"
#include "node/base/wholefile.h"
#include "ops/cli/admin.h"
#include "ops/cli/leave_bag.h"
#include "ops/cli/tables.h"
#include "tenants/leaving/leaving_key.h"

#define PLAN_CAP ((size_t)4 << 20)

static int status(struct cli *cli, int argc, char **argv);
static int exported(struct cli *cli, int argc, char **argv);
static int run(struct cli *cli, int argc, char **argv);

enum { STATUS, EXPORTED, RUN, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [STATUS] = {"leave status", "",
                "契約の終わりの作業がどこまで進んだかを、記録から表示します。",
                "how far the contract's end has come, from the journal", status},
    [EXPORTED] = {"leave exported", "BAG",
                  "返すデータ（BAG のディレクトリ）を作り終えたことを記録します。",
                  "put on record that the bag in this directory is the one handed back",
                  exported},
    [RUN] =
        {"leave run", "[--table TABLE]",
         "消去の指示を実行します（root で）。止まっても、もう一度実行すると続きから進みます。"
         "元にはもどせません。",
         "carry out the order to erase; may be cut off and goes on; there is no way back", run},
};
const struct cli_table cli_leave = {rows, N_COMMANDS};

static const struct {
    enum leaving_state to;
    leave_do *run;
    const char *text_ja;
} steps[] = {
    {LEAVING_PEERS_PURGED, leave_peers, "ほかのまちの写しを消してもらう"},
    {LEAVING_KEYS_DESTROYED, leave_keys, "いばしょを止め、鍵をこわす"},
    {LEAVING_CLUSTER_REMOVED, leave_cluster, "データベースを上書きして消す"},
    {LEAVING_VOLUME_DISCARDED, leave_volume, "残りのファイルと空きを消す"},
    {LEAVING_BACKUPS_LISTED, leave_backups, "開かなくなった控えを書き出す"},
    {LEAVING_SCANNED, leave_scan, "目印が残っていないか調べる"},
    {LEAVING_CERTIFIED, leave_certify, "証明書を作る"},
};
#define N_STEPS (sizeof steps / sizeof steps[0])

/* ---- shared ---- */

const char *leave_path(struct leave *leave, const char *name)
{
    const char *path =
        arena_printf(leave->cli->arena, "%s/%s/%s", leave->data_dir, LEAVING_DIR, name);

    invariant(path != NULL, "no memory for a path");
    return path;
}

const char *leave_dir(struct leave *leave, const char *name, const char *below)
{
    const char *dir = conf_text(leave->cli->conf, name);

    if (dir[0] == '\0')
        dir = arena_printf(leave->cli->arena, "%s/%s", leave->data_dir, below);
    invariant(dir != NULL, "no memory for a path");
    return dir;
}

void leave_fault(const struct leave *leave, const char *when)
{
    char here[64];

    if (leave->fault == NULL)
        return;
    snprintf(here, sizeof here, "%s:%s",
             leaving_state_id((enum leaving_state)(leave->journal.state + 1)), when);
    if (strcmp(here, leave->fault) == 0)
        raise(SIGKILL);
}

enum err leave_plan(struct leave *leave, const char *name,
                    enum err (*make)(struct leave *leave, struct span *facts_out,
                                     struct fail *why),
                    struct span *facts_out, struct fail *why)
{
    const char *path = leave_path(leave, name);
    uint8_t *bytes = arena_alloc(leave->cli->arena, PLAN_CAP);
    size_t len = 0;
    enum err rc;

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, PLAN_CAP, &len, why);
    if (rc == ERR_OK) {
        *facts_out = span_of(bytes, len);
        return ERR_OK;
    }
    if (rc == ERR_NOT_FOUND)
        rc = make(leave, facts_out, why);
    if (rc == ERR_OK)
        rc = wholefile_replace(path, *facts_out, why);
    return rc;
}

/* ---- opening ---- */

static enum err open_leave(struct cli *cli, struct leave *leave, struct fail *why)
{
    *leave = (struct leave){.cli = cli, .fault = getenv("IBASHO_LEAVE_FAULT")};
    leave->data_dir = conf_text(cli->conf, "node.data_dir");
    leave->journal_path = leave_path(leave, "steps.jsonl");
    return leaving_journal_read(leave->journal_path, NULL, cli->arena, &leave->journal, why);
}

static int status(struct cli *cli, int argc, char **argv)
{
    struct fail why = {.code = ERR_OK};
    struct leave leave;
    char at[CLOCK_TEXT_CAP];

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[STATUS]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (open_leave(cli, &leave, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_REFUSED;
    }
    for (size_t i = 0; i < leave.journal.n; i++) {
        const struct leaving_step *step = &leave.journal.at[i];

        clock_tokyo_text(step->at_utc_us, at);
        printf("%2d  %s  %-18s %s（%.*s）\n", (int)step->n, at, leaving_state_id(step->state),
               leaving_state_ja(step->state), SPAN_ARG(step->actor));
    }
    if (leave.journal.n == 0)
        puts("契約の終わりの作業は、始まっていません。");
    if (leave.journal.was_torn)
        cli_say("記録の最後の行は書きかけです。次に進むときに取り除かれます。");
    return CLI_DONE;
}

/* ---- exported ---- */

static int exported(struct cli *cli, int argc, char **argv)
{
    struct fail why = {.code = ERR_OK};
    struct admin_reply reply;
    struct leave leave;
    struct span body;
    enum err rc;

    if (argc != 1)
        return cli_wrong_words(&rows[EXPORTED]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    rc = open_leave(cli, &leave, &why);
    if (rc == ERR_OK)
        rc = leave_bag_read(cli, argv[0], &body, &why);
    if (rc == ERR_OK) {
        rc = leave_bag_is_of(cli, argv[0], &leave.journal, &why);
        if (rc == ERR_CONFLICT)
            cli_say(
                "%s は、今回の受付停止より前に書き出したものです。そのあとの記録が入っていま"
                "せん。別のフォルダに、もう一度書き出してください。",
                argv[0]);
    }
    if (rc != ERR_OK) {
        cli_say_fail(&why);
        return CLI_REFUSED;
    }
    if (!admin_must(cli, "POST", "/api/v1/admin/leaving/exported", body, &reply))
        return CLI_REFUSED;
    puts("記録しました。次は、部品のフォルダを自治体に渡します。自治体が検査して、画面から受領"
         "書を"
         "出します。");
    return CLI_DONE;
}

/* ---- run ---- */

static enum err open_key(struct leave *leave, struct fail *why)
{
    uint8_t public[LEAVING_PUBLIC_BYTES];
    enum err rc = leaving_key_open(leave_path(leave, "erasure.key"), &leave->key, why);

    if (rc == ERR_OK)
        rc = leaving_key_public(leave->key, public, why);
    if (rc == ERR_OK && memcmp(public, leave->journal.erasure_key, sizeof public) != 0)
        rc = fail_set(why, ERR_DENIED, "erasure.key is not the key the order names");
    return rc;
}

static enum err append(struct leave *leave, enum leaving_state state, struct span facts,
                       struct fail *why)
{
    struct leaving_step step = {
        .n = (int64_t)leave->journal.n + 1,
        .state = state,
        .at_utc_us = clock_utc_us(),
        .node = leave->journal.at[0].node,
        .contract = leave->journal.at[leave->journal.n - 1].contract,
        .actor =
            span_text(arena_printf(leave->cli->arena, "operator:uid:%u", (unsigned)getuid())),
        .facts = facts,
    };
    struct jws_signer signer;
    struct span line;
    enum err rc = jws_signer_of_private(leave->key, &signer, why);

    memcpy(step.prev, leave->journal.last, sizeof step.prev);
    if (rc == ERR_OK)
        rc = leaving_step_write(&step, &signer, leave->cli->arena, &line, why);
    if (rc == ERR_OK)
        rc = leaving_journal_append(leave->journal_path, line, why);
    /* Read again, whole: what is on the disk is what counts. */
    if (rc == ERR_OK)
        rc = leaving_journal_read(leave->journal_path, NULL, leave->cli->arena, &leave->journal,
                                  why);
    if (rc == ERR_OK && leave->journal.state != state)
        rc = fail_set(why, ERR_INTERNAL, "the journal is not where it should be");
    return rc;
}

/* A journal whose days go back is no base for a certificate, and what is erased by then cannot
 * be done again: before anything, not after. */
static enum err check_clock(const struct leave *leave, struct fail *why)
{
    const struct leaving_step *last = &leave->journal.at[leave->journal.n - 1];

    return clock_utc_us() >= last->at_utc_us
               ? ERR_OK
               : fail_set(why, ERR_CONFLICT,
                          "this machine's clock is before the last step: set it first");
}

static enum err one_step(struct leave *leave, bool *is_waiting_out, struct fail *why)
{
    size_t i = (size_t)(leave->journal.state - LEAVING_ORDERED);
    struct span facts = SPAN_NONE;
    enum err rc;

    invariant(i < N_STEPS && steps[i].to == leave->journal.state + 1, "step %zu", i);
    rc = check_clock(leave, why);
    if (rc != ERR_OK)
        return rc;
    fprintf(stderr, "%s ...\n", steps[i].text_ja);
    leave_fault(leave, "before");
    rc = steps[i].run(leave, &facts, is_waiting_out, why);
    if (rc != ERR_OK || *is_waiting_out)
        return rc;
    leave_fault(leave, "after");
    return append(leave, steps[i].to, facts, why);
}

/* The key of the erasure goes last of all; plans and what the certificate was made of, too. */
static enum err tidy(struct leave *leave, struct fail *why)
{
    static const char *const names[] = {"keys.plan", "cluster.plan", "volume.plan",
                                        "backups.plan", "papers.json"};
    const char *key = leave_path(leave, "erasure.key");
    enum err rc = ERR_OK;

    jws_private_close(&leave->key);
    if (access(key, F_OK) == 0) {
        rc = wholefile_replace(key, SPAN("-\n"), why); /* the bytes before it are wiped */
        if (rc == ERR_OK && unlink(key) != 0)
            rc = fail_set(why, ERR_IO, "%s stays", key);
    }
    for (size_t i = 0; rc == ERR_OK && i < sizeof names / sizeof names[0]; i++)
        if (unlink(leave_path(leave, names[i])) != 0 && errno != ENOENT)
            rc = fail_set(why, ERR_IO, "%s stays: errno %d", names[i], errno);
    return rc;
}

static int carry_out(struct leave *leave, struct fail *why)
{
    bool is_waiting = false;
    enum err rc = leaving_journal_mend(leave->journal_path, &leave->journal, why);

    if (rc == ERR_OK && leave->journal.was_torn)
        cli_say("記録の最後の行は書きかけでした。取り除いて続けます。");
    if (rc == ERR_OK && leave->journal.state < LEAVING_ORDERED) {
        cli_say("消去の指示がまだありません（今は「%s」）。何も消していません。",
                leaving_state_ja(leave->journal.state));
        return CLI_REFUSED;
    }
    if (rc == ERR_OK && leave->journal.state < LEAVING_CERTIFIED)
        rc = open_key(leave, why);
    while (rc == ERR_OK && leave->journal.state < LEAVING_CERTIFIED && !is_waiting)
        rc = one_step(leave, &is_waiting, why);
    if (rc == ERR_OK && leave->journal.state == LEAVING_CERTIFIED)
        rc = tidy(leave, why);
    jws_private_close(&leave->key);
    if (rc != ERR_OK) {
        cli_say_fail(why);
        cli_say("直してから、もう一度 ibasho leave run を実行してください。続きから進みます。");
        return CLI_CANNOT;
    }
    if (is_waiting)
        return CLI_WARNED;
    puts("消去が終わりました。");
    printf("証明書: %s と %s\n", leave_path(leave, "certificate.json"),
           leave_path(leave, "certificate.pdf"));
    puts("この二つを自治体に渡してください。自治体が ibasho_verify.py で確かめてから、拠点の"
         "利用者とフォルダを片づけます。");
    return CLI_DONE;
}

static int run(struct cli *cli, int argc, char **argv)
{
    const char *table = cli_take_option(&argc, argv, "--table");
    struct fail why = {.code = ERR_OK};
    struct leave leave;
    int fd, exit_code;

    if (argc != 0)
        return cli_wrong_words(&rows[RUN]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (geteuid() != 0) {
        cli_say("root で実行してください。");
        return CLI_CANNOT;
    }
    if (open_leave(cli, &leave, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_REFUSED;
    }
    leave.table = table != NULL ? table : arena_printf(cli->arena, "%s.table", leave.data_dir);
    fd = open(leave_path(&leave, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        cli_say(fd < 0 ? "契約の終わりの作業は、始まっていません。"
                       : "もう一つの ibasho leave run が動いています。");
        exit_code = CLI_REFUSED;
    } else {
        exit_code = carry_out(&leave, &why);
    }
    if (fd >= 0)
        close(fd);
    return exit_code;
}
