#include "node/io/ws_answer.h"

#include "tests/t.h"

#define LINE   "HTTP/1.1 101 Switching Protocols\r\n"
#define UP     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define KEY    "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define PROTO  "Sec-WebSocket-Protocol: ibasho-fed.v1\r\n"
#define GOOD   LINE UP KEY PROTO "\r\n"

T_CASE(ws_answer_is_read_strictly) /* RFC 6455, section 4.1 */
{
    static const struct {
        const char *what, *text;
        int status;
        bool is_good;
    } rows[] = {
        {"as a server says it", GOOD, 101, true},
        {"in small letters, with blanks", LINE "upgrade:  WebSocket \r\n" KEY PROTO "\r\n", 101,
         true},
        {"without a reason", "HTTP/1.1 101\r\n" UP KEY PROTO "\r\n", 101, true},
        {"without an end", LINE UP KEY PROTO, 101, false},
        {"with something behind", GOOD "x", 101, false},
        {"refused", "HTTP/1.1 401 no\r\n" UP KEY PROTO "\r\n", 401, false},
        {"another version", "HTTP/1.0 101 x\r\n" UP KEY PROTO "\r\n", 0, false},
        {"a status of four", "HTTP/1.1 1010\r\n" UP KEY PROTO "\r\n", 0, false},
        {"a status that is none", "HTTP/1.1 1x1 \r\n" UP KEY PROTO "\r\n", 0, false},
        {"no upgrade", LINE KEY PROTO "\r\n", 101, false},
        {"upgrade to something else", LINE "Upgrade: h2c\r\n" KEY PROTO "\r\n", 101, false},
        {"no accept", LINE UP PROTO "\r\n", 101, false},
        {"two of them", LINE UP KEY KEY PROTO "\r\n", 101, false},
        {"another key's", LINE UP "Sec-WebSocket-Accept: AAAA\r\n" PROTO "\r\n", 101, false},
        {"no protocol", LINE UP KEY "\r\n", 101, false},
        {"another protocol", LINE UP KEY "Sec-WebSocket-Protocol: ibasho.v1\r\n\r\n", 101,
         false},
        {"an extension", LINE UP KEY PROTO "Sec-WebSocket-Extensions: x\r\n\r\n", 101, false},
        {"nothing", "", 0, false},
        {"less than a line", "HTTP/1.1 101", 0, false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span head = span_text(rows[i].text);

        T_EQ(ws_answer_status(head), rows[i].status, rows[i].what);
        T_EQ(ws_answer_is_good(head, ACCEPT, "ibasho-fed.v1"), rows[i].is_good, rows[i].what);
    }
}

T_CASE(ws_answer_ends_with_an_empty_line)
{
    for (size_t len = 0; len < sizeof(GOOD); len++)
        T_EQ(ws_answer_is_whole(span_of(GOOD, len)), len == sizeof(GOOD) - 1, "not before");
}
