# Floors: drawn for looking. Their rules are in node/place, their samples in tests/floors.
.PHONY: floor-sheet
floor-sheet: ## draws every ready floor as a picture into build/floors
	@tests/lib/floor-sheet build/floors $(wildcard node/place/floors/*.json)
