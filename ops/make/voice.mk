# The media program. Its SRTP is compared with libsrtp2 in tests alone.
$B/unit $B/bench: PKG_LIBS += -lsrtp2
