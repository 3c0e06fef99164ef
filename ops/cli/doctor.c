/* `ibasho doctor`: what the running node finds about itself, worst first, with the next step.
 */
#include <stdio.h>

#include "node/server/doctor.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

static int doctor(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"doctor", "[--json]",
     "ノードのぐあいを調べ、悪いところと次にすることを表示します。直すところがあれば 1 で"
     "終わります。",
     "what is wrong with the node and what to do; exit status 1 when something must be mended",
     doctor},
};
const struct cli_table cli_doctor = {rows, 1};

static void print_level(const struct doctor_report *report, int level)
{
    static const char *const marks[] = {"よい  ", "注意  ", "だめ  "};
    const struct doctor_check *checks = report->checks.at;

    for (size_t i = 0; i < report->checks.n; i++) {
        if (checks[i].level != level)
            continue;
        printf("%s%-18.*s %.*s\n", marks[level], SPAN_ARG(checks[i].name),
               SPAN_ARG(checks[i].text));
        if (checks[i].next.len > 0)
            printf("%25s→ %.*s\n", "", SPAN_ARG(checks[i].next));
    }
}

static int doctor(struct cli *cli, int argc, char **argv)
{
    bool as_json = cli_take_flag(&argc, argv, "--json");
    struct doctor_report report;
    struct admin_reply reply;
    struct fail why = {.code = ERR_INTERNAL};

    if (argc != 0)
        return cli_wrong_words(&rows[0]);
    if (!cli_need_conf(cli) ||
        !admin_must(cli, "GET", "/api/v1/admin/doctor", SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (jx_read(reply.body, &doctor_report_shape, cli->arena, &report, NULL, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (as_json)
        printf("%.*s\n", SPAN_ARG(reply.body));
    else
        for (int level = DOCTOR_BAD; level >= DOCTOR_OK; level--)
            print_level(&report, level);
    return report.level == DOCTOR_BAD ? CLI_REFUSED : CLI_DONE;
}
