#include "node/io/qr_svg.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>

#define QUIET   4
#define RUN_CAP 24 /* "M177 177h177v1h-177z" */

static const char head[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                           " shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%d"
                           "H0z\"/><path d=\"";
static const char tail[] = "\"/></svg>";

static size_t write_runs(const QRcode *qr, char *out, size_t cap)
{
    size_t len = 0;

    for (int y = 0; y < qr->width; y++)
        for (int x = 0, n = 0; x < qr->width; x += n == 0 ? 1 : n) {
            for (n = 0; x + n < qr->width && (qr->data[y * qr->width + x + n] & 1); n++)
                ;
            if (n > 0)
                len += (size_t)snprintf(out + len, cap - len, "M%d %dh%dv1h-%dz", x + QUIET,
                                        y + QUIET, n, n);
        }
    return len;
}

enum err qr_svg(const char *text, struct arena *arena, struct span *svg_out, struct fail *why)
{
    QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    size_t cap;
    char *svg;
    int side;

    if (qr == NULL)
        return fail_set(why, errno == ERANGE ? ERR_TOO_LARGE : ERR_NOMEM, "QR code");
    side = qr->width + 2 * QUIET;
    /* At most every second module of a row begins a run. */
    cap = sizeof head + sizeof tail + 64 +
          (size_t)qr->width * (size_t)(qr->width / 2 + 1) * RUN_CAP;
    svg = arena_alloc(arena, cap);
    if (svg != NULL) {
        size_t len = (size_t)snprintf(svg, cap, head, side, side, side, side);

        len += write_runs(qr, svg + len, cap - len);
        len += (size_t)snprintf(svg + len, cap - len, "%s", tail);
        *svg_out = span_of(svg, len);
    }
    QRcode_free(qr);
    return svg != NULL ? ERR_OK : fail_set(why, ERR_NOMEM, "QR code");
}
