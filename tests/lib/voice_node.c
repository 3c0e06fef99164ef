/* voice_node: a node's part towards its media program (voice/frame.h, voice/sdp.h) as a
 * program, without a place: for tests that say who may hear whom by numbers.
 *
 *   voice-node SOCKET ADDRESS      ADDRESS: what browsers are told
 *
 * Commands, one a line: open WHO BYTES (then so many bytes of an offer; answered "answer WHO
 * BYTES" and the answer) | openws WHO | close WHO | seat WHO FLOOR ZONE 0|1 | mic WHO
 * none|zone|private|announce | mute WHO 0|1 | talk WHO N | thin WHO 0|1 | hush WHO [WHO...] |
 * count | end. What comes: "ready UDP TCP", "up WHO udp|tcp", "gone WHO", "refused WHO OP
 * CODE", "speaks WHO MIC N 0|1", "spoke WHO MIC N MS", "counted N...", "to WHO SLOT BYTES",
 * "left". */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "voice/frame.h"
#include "voice/sdp.h"

#define LINE_CAP 1024

static const char *const mics[] = {"none", "zone", "private", "announce"};
static const char *const ways[VOICE_WAY_N] = {"udp", "tcp", "ws"};

static struct say {
    int fd;
    const char *address;
    struct voice_frame ready;
    struct sdp_offer offers[VOICE_SESSIONS]; /* until OPENED comes */
    bool has_offer[VOICE_SESSIONS];
} say;

_Noreturn static void bad(const char *what)
{
    fprintf(stderr, "voice_node: %s\n", what);
    exit(2);
}

static void tell(const struct voice_frame *frame)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    size_t len = voice_frame_write(frame, bytes);

    if (send(say.fd, bytes, len, 0) != (ssize_t)len)
        bad("the media program takes nothing");
}

/* ---- what comes ---- */

static void print_answer(const struct voice_frame *opened)
{
    struct sdp_local local = {.udp_port = say.ready.udp_port, .tcp_port = say.ready.tcp_port};
    char answer[SDP_ANSWER_CAP];
    size_t len;

    if (!say.has_offer[opened->who]) { /* over WebSocket */
        printf("answer %u 0\n", opened->who);
        return;
    }
    say.has_offer[opened->who] = false;
    snprintf(local.ufrag, sizeof local.ufrag, "%s", opened->ufrag);
    snprintf(local.pwd, sizeof local.pwd, "%s", opened->pwd);
    snprintf(local.addresses[0], sizeof local.addresses[0], "%s", say.address);
    memcpy(local.fingerprint, say.ready.fingerprint, sizeof local.fingerprint);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        local.ssrcs[i] = HUB_SSRC(i);
    len = sdp_write_answer(&say.offers[opened->who], &local, answer, sizeof answer);
    printf("answer %u %zu\n%s", opened->who, len, answer);
}

static void print_counts(const struct voice_frame *frame)
{
    printf("counted");
    for (int i = 0; i < VOICE_COUNT_N; i++)
        printf(" %llu", (unsigned long long)frame->counts[i]);
    printf("\n");
}

static void print_frame(const struct voice_frame *f)
{
    if (f->op == VOICE_OP_READY) {
        say.ready = *f;
        printf("ready %u %u\n", f->udp_port, f->tcp_port);
    } else if (f->op == VOICE_OP_OPENED) {
        print_answer(f);
    } else if (f->op == VOICE_OP_REFUSED) {
        printf("refused %u %d %s\n", f->who, (int)f->refused, err_code(f->code));
    } else if (f->op == VOICE_OP_UP) {
        printf("up %u %s\n", f->who, ways[f->way]);
    } else if (f->op == VOICE_OP_GONE) {
        printf("gone %u\n", f->who);
    } else if (f->op == VOICE_OP_SPEAKS) {
        printf("speaks %u %s %u %d\n", f->who, mics[f->mic], f->number, f->on);
    } else if (f->op == VOICE_OP_SPOKE) {
        printf("spoke %u %s %u %u\n", f->who, mics[f->mic], f->number, f->ms);
    } else if (f->op == VOICE_OP_COUNTED) {
        print_counts(f);
    } else if (f->op == VOICE_OP_TO) {
        printf("to %u %d %zu\n", f->who, (int)f->slot, f->packet.opus.len);
    }
    fflush(stdout);
}

static void take(void)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    ssize_t n = recv(say.fd, bytes, sizeof bytes, 0);
    struct voice_frame frame;

    if (n <= 0) {
        printf("left\n");
        fflush(stdout);
        exit(0);
    }
    if (voice_frame_read(span_of(bytes, (size_t)n), &frame, NULL) != ERR_OK)
        bad("a message that is none");
    print_frame(&frame);
}

/* ---- what is asked ---- */

/* The next number of the line. */
static unsigned number(char **rest)
{
    char *end;
    unsigned long value = strtoul(*rest, &end, 10);

    if (end == *rest)
        bad("a number is missing");
    *rest = end;
    return (unsigned)value;
}

static void ask_open(struct voice_frame *frame, char *rest)
{
    static char offer[SDP_OFFER_MAX];
    struct sdp_offer *read;
    struct fail why;
    size_t len;

    frame->who = (uint16_t)number(&rest);
    len = number(&rest);
    if (frame->who >= VOICE_SESSIONS || len > sizeof offer ||
        fread(offer, 1, len, stdin) != len)
        bad("an offer is missing");
    read = &say.offers[frame->who];
    if (sdp_read_offer(span_of(offer, len), read, &why) != ERR_OK)
        bad(why.text);
    say.has_offer[frame->who] = true;
    frame->leg = (struct hub_leg){
        .payload_type = read->opus_type, .level_id = read->level_id, .mid_id = read->mid_id};
    for (int i = 0; i < VOICE_SLOT_N; i++)
        memcpy(frame->leg.mid[i], read->mids[1 + i], sizeof frame->leg.mid[i]);
    memcpy(frame->fingerprint, read->fingerprint, sizeof frame->fingerprint);
}

static void ask_seat(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
    frame->floor = number(&rest);
    frame->zone = number(&rest);
    frame->sealed = number(&rest) == 1;
}

static void ask_mic(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
    for (size_t i = 0; i < sizeof mics / sizeof mics[0]; i++)
        if (strstr(rest, mics[i]) != NULL)
            frame->mic = (enum hub_mic)i;
}

static void ask_on(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
    frame->on = number(&rest) == 1;
}

static void ask_talk(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
    frame->number = number(&rest);
}

static void ask_who(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
}

static void ask_hush(struct voice_frame *frame, char *rest)
{
    frame->who = (uint16_t)number(&rest);
    while (strpbrk(rest, "0123456789") != NULL && frame->n_hush < HUB_HUSH_MAX)
        frame->hush[frame->n_hush++] = (uint16_t)number(&rest);
}

static void ask_nothing(struct voice_frame *frame, char *rest)
{
    (void)frame;
    (void)rest;
}

static const struct {
    const char *word;
    enum voice_op op;
    void (*ask)(struct voice_frame *frame, char *rest);
} words[] = {
    {"open", VOICE_OP_OPEN, ask_open},  {"openws", VOICE_OP_OPEN_WS, ask_who},
    {"close", VOICE_OP_CLOSE, ask_who}, {"seat", VOICE_OP_SEAT, ask_seat},
    {"mic", VOICE_OP_MIC, ask_mic},     {"mute", VOICE_OP_MUTE, ask_on},
    {"talk", VOICE_OP_TALK, ask_talk},  {"thin", VOICE_OP_THIN, ask_on},
    {"hush", VOICE_OP_HUSH, ask_hush},  {"count", VOICE_OP_COUNT, ask_nothing},
};

static void do_line(char *line)
{
    size_t len = strcspn(line, " \n");

    if (len == 3 && memcmp(line, "end", len) == 0)
        exit(0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) != len || memcmp(words[i].word, line, len) != 0)
            continue;
        struct voice_frame frame = {.op = words[i].op};

        words[i].ask(&frame, line + len);
        tell(&frame);
        return;
    }
    bad(line);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct voice_frame hello = {.op = VOICE_OP_HELLO};
    char line[LINE_CAP];

    if (argc != 3)
        bad("usage: voice-node SOCKET ADDRESS");
    say.address = argv[2];
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    say.fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (say.fd < 0 || connect(say.fd, (const struct sockaddr *)&address, sizeof address) != 0)
        bad("no media program there");
    setvbuf(stdin, NULL, _IONBF, 0); /* poll must see what is left of a line */
    tell(&hello);
    for (;;) {
        struct pollfd fds[] = {{.fd = say.fd, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};

        poll(fds, 2, -1);
        if (fds[0].revents != 0)
            take();
        if (fds[1].revents != 0) {
            if (fgets(line, sizeof line, stdin) == NULL)
                return 0;
            do_line(line);
        }
    }
}
