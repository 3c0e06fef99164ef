.PHONY: authz
authz: $(BINS) $B/ibasho-rows ## every route x role x session state against a running node
	@IBASHO_BUILD=$B /usr/bin/python3 tests/authz/run.py
