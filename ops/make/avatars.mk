# The figures of node/web/src/art, drawn for looking; tests/browser/avatars.ts measures them.
.PHONY: avatar-sheet
avatar-sheet: node/web/node_modules/.ibasho-lock node/web/src/wire.ts ## draws every figure into build/avatars and says which are closest
	@$(WEB_NODE) --import ./tests/browser/hooks.mjs tests/browser/avatar_sheet.ts build/avatars
